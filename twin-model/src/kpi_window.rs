//! Figures of a work center, told by themselves when a window of its time is over.
//!
//! The windows are as long as the ERP says (`kpi_window_s`), and begin at midnight UTC and every
//! such length after it. What is reported of a window after it was told changes what is answered
//! when somebody asks, and nothing that was told.

use crate::effect::Effects;
use crate::{
    Bucket, BucketTime, Configuration, Factor, KpiClosed, Notice, Time, TimeWindow, WorkCenter,
};

/// Seconds from the end of a window until its figures are told: what is heard of a machine comes a
/// little late.
pub const KPI_CLOSES_AFTER_S: i64 = 300;
/// Windows that are told at once when the plant's clock had stood still; those before them can be
/// asked for.
pub const KPI_WINDOWS_AT_ONCE_MAX: u8 = 24;

impl WorkCenter {
    /// When figures are to be told next; `None` where the ERP does not want any.
    pub(crate) fn figures_due_at(&self) -> Option<Time> {
        Some(
            self.next_window(Time::MIN)?
                .to
                .plus_seconds(KPI_CLOSES_AFTER_S),
        )
    }

    /// The first whole window since its length was told, since the last one that was told, and
    /// since `oldest`.
    fn next_window(&self, oldest: Time) -> Option<TimeWindow> {
        let version = self.configuration()?;
        let length_s = i64::from(version.kpi_window_s()?);
        let told = self.told_until.unwrap_or(oldest);
        let since = version.at.max(told).max(oldest);
        let begun = since.whole(length_s);
        let from = match begun == since {
            true => begun,
            false => begun.plus_seconds(length_s),
        };
        let to = from.plus_seconds(length_s);
        Some(TimeWindow { from, to })
    }

    /// Tells the figures of every window that is over by `now`.
    pub(crate) fn tell_figures(&mut self, now: Time, effects: &mut Effects) {
        let length_s = self.configuration().and_then(Configuration::kpi_window_s);
        let Some(length_s) = length_s.map(i64::from) else {
            return;
        };
        let over = now.plus_seconds(-KPI_CLOSES_AFTER_S).whole(length_s);
        let oldest = over.plus_seconds(-length_s * i64::from(KPI_WINDOWS_AT_ONCE_MAX));
        let next = |center: &WorkCenter| center.next_window(oldest);
        while let Some(window) = next(self).filter(|window| window.to <= over) {
            self.told_until = Some(window.to);
            effects
                .notices
                .extend(self.figures(window).map(|figures| Notice::KpiClosed {
                    figures: Box::new(figures),
                }));
        }
    }

    /// The figures of a window; `None` where it is no longer known in detail.
    fn figures(&self, window: TimeWindow) -> Option<KpiClosed> {
        let buckets = self.buckets(window.from, window.to)?;
        let counted = self.counted(window.from, window.to)?;
        let oee = self.oee(window.from, window.to)?;
        let spent = Bucket::ALL.map(|bucket| BucketTime {
            bucket,
            micros: buckets.micros(bucket),
        });
        let spent = spent.into_iter().filter(|spent| spent.micros > 0);
        Some(KpiClosed {
            work_center: self.id.clone(),
            from: window.from,
            to: window.to,
            buckets: spent.collect(),
            good: counted.good_pieces(),
            scrap: counted.scrapped_pieces(),
            total: counted.all_pieces(),
            availability: oee.availability.map(Factor::value),
            effectiveness: oee.effectiveness.map(Factor::value),
            quality: oee.quality.map(Factor::value),
            oee: oee.product().map(Factor::value),
        })
    }
}
