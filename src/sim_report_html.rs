//! The report of a simulation as one page that needs nothing beside it: tables, how machines
//! spend their time, cycle times with their intervals, and the begin of the first run as a Gantt
//! chart.

use simulators::experiment::Gantt;
use simulators::kernel::Floor;

use crate::sim_report::{Mean, Report, shown};

/// Machines in the Gantt chart; the others are left out.
const GANTT_MACHINES_MAX: u32 = 40;
/// Width of a picture, pixels.
const WIDTH: f64 = 900.0;
/// Height of one row of a picture, pixels.
const ROW: f64 = 22.0;
/// Room for names beside a picture, pixels.
const NAMES: f64 = 180.0;

const STYLE: &str = "body{font:15px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:1000px;\
padding:0 1rem;color:#1c2733;background:#fff}table{border-collapse:collapse;margin:1rem 0}\
th,td{padding:.25rem .7rem;text-align:right;border-bottom:1px solid #d8dee4}\
th:first-child,td:first-child{text-align:left}svg{max-width:100%;height:auto}\
text{font:12px system-ui,sans-serif;fill:currentColor}code{word-break:break-all}\
.key span{margin-right:1rem;white-space:nowrap}.key i{display:inline-block;width:.8em;height:.8em;\
margin-right:.3em}@media(prefers-color-scheme:dark){body{color:#dbe4ec;background:#131a21}\
th,td{border-color:#35404b}}";

/// How machines spend their time: word, color.
const SHARES: [(&str, &str); 6] = [
    ("busy", "#2f7d4f"),
    ("setup", "#c9a227"),
    ("broken", "#b3261e"),
    ("maintenance", "#7a5ea8"),
    ("closed", "#8a97a3"),
    ("blocked", "#d2691e"),
];

/// The page.
pub(crate) fn page(report: &Report, floor: &Floor, gantt: &Gantt) -> String {
    let name = escaped(&report.name);
    let unit = report.unit();
    let mut page = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{name}</title><style>{STYLE}</style></head><body>\
         <h1>{name}</h1><p>{} replications, seed {}, warm-up {} {unit}, end {} {unit}. Means over \
         replications with 95 % intervals. Lots on the floor: {}.</p>",
        report.replications,
        report.seed,
        report.warm_up,
        shown(report.end, 1.0),
        shown(report.lots_on_floor, 1.0),
    );
    if report.precision_reached == Some(false) {
        page.push_str("<p><strong>The asked precision was not reached.</strong></p>");
    }
    products(&mut page, report);
    work_centers(&mut page, report);
    gantt_chart(&mut page, report, floor, gantt);
    add(
        &mut page,
        format_args!(
            "<p>SHA-256 of everything that happened: <code>{}</code> (kernel {}).</p></body></html>\n",
            report.sha256, report.kernel_version
        ),
    );
    page
}

fn add(page: &mut String, text: std::fmt::Arguments<'_>) {
    page.push_str(&text.to_string());
}

fn products(page: &mut String, report: &Report) {
    let unit = report.unit();
    add(
        page,
        format_args!(
            "<h2>Products</h2><table><tr><th>Product<th>Cycle time, {unit}<th>Good lots/day\
             <th>Late, %<th>Scrapped, %</tr>"
        ),
    );
    for product in &report.products {
        add(
            page,
            format_args!(
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
                escaped(&product.product),
                shown(product.cycle_time, 1.0),
                shown(product.good_lots_per_day, 1.0),
                shown(product.late_share, 100.0),
                shown(product.scrapped_share, 100.0),
            ),
        );
    }
    page.push_str("</table>");
    let cycles: Vec<(&str, Mean)> = report
        .products
        .iter()
        .filter_map(|product| Some((product.product.as_str(), product.cycle_time?)))
        .collect();
    let high = |mean: &Mean| mean.mean + mean.half_width.unwrap_or(0.0);
    let most = cycles
        .iter()
        .map(|(_, mean)| high(mean))
        .fold(0.0, f64::max);
    if most <= 0.0 {
        return;
    }
    open_picture(page, "Cycle times with their intervals", cycles.len());
    for (row, (name, mean)) in cycles.iter().enumerate() {
        let y = row as f64 * ROW;
        let x = |value: f64| NAMES + value.max(0.0) / most * (WIDTH - NAMES - 10.0);
        let half = mean.half_width.unwrap_or(0.0);
        add(
            page,
            format_args!(
                "<text x=\"0\" y=\"{:.0}\">{}</text><line x1=\"{:.1}\" x2=\"{:.1}\" y1=\"{m:.0}\" \
                 y2=\"{m:.0}\" stroke=\"#2b6cb0\" stroke-width=\"3\"/><circle cx=\"{:.1}\" \
                 cy=\"{m:.0}\" r=\"5\" fill=\"#2b6cb0\"/>",
                y + 15.0,
                escaped(name),
                x(mean.mean - half),
                x(mean.mean + half),
                x(mean.mean),
                m = y + 11.0,
            ),
        );
    }
    page.push_str("</svg>");
}

fn work_centers(page: &mut String, report: &Report) {
    let unit = report.unit();
    page.push_str("<h2>Work centers</h2><p class=\"key\">");
    for (word, color) in SHARES {
        add(
            page,
            format_args!("<span><i style=\"background:{color}\"></i>{word}</span>"),
        );
    }
    page.push_str("</p>");
    open_picture(
        page,
        "How machines spend their time",
        report.work_centers.len(),
    );
    for (row, center) in report.work_centers.iter().enumerate() {
        let y = row as f64 * ROW;
        add(
            page,
            format_args!(
                "<text x=\"0\" y=\"{:.0}\">{}</text>",
                y + 15.0,
                escaped(&center.work_center)
            ),
        );
        let mut x = NAMES;
        let shares = [
            center.busy,
            center.setup,
            center.broken,
            center.maintained,
            center.closed,
            center.blocked,
        ];
        for (share, (word, color)) in shares.into_iter().zip(SHARES) {
            let share = share.map_or(0.0, |share| share.mean);
            let width = share * (WIDTH - NAMES);
            add(
                page,
                format_args!(
                    "<rect x=\"{x:.1}\" y=\"{:.0}\" width=\"{width:.1}\" height=\"16\" \
                     fill=\"{color}\"><title>{word} {:.1} %</title></rect>",
                    y + 3.0,
                    share * 100.0
                ),
            );
            x += width;
        }
    }
    add(
        page,
        format_args!(
            "</svg><table><tr><th>Work center<th>Machines<th>Busy, %<th>Wait, {unit}\
             <th>Lots waiting</tr>"
        ),
    );
    for center in &report.work_centers {
        add(
            page,
            format_args!(
                "<tr><td>{}<td>{}<td>{}<td>{}<td>{}</tr>",
                escaped(&center.work_center),
                center.machines,
                shown(center.busy, 100.0),
                shown(center.wait, 1.0),
                shown(center.line, 1.0),
            ),
        );
    }
    page.push_str("</table>");
}

fn gantt_chart(page: &mut String, report: &Report, floor: &Floor, gantt: &Gantt) {
    let machines = (floor.machines() as u32).min(GANTT_MACHINES_MAX);
    let bars = gantt.bars().iter().filter(|bar| bar.machine < machines);
    let end_us = bars.clone().map(|bar| bar.to_us).max().unwrap_or(0);
    if end_us == 0 {
        return;
    }
    let until = end_us as f64 / report.time_unit.us();
    add(
        page,
        format_args!(
            "<h2>The begin of the first run</h2><p>Up to {until:.1} {}, the first {machines} \
             machines. Point at a bar for its lot.</p>",
            report.unit()
        ),
    );
    open_picture(page, "Gantt chart", machines as usize);
    let mut number = 0;
    for machine in 0..machines {
        let center = floor.work_center_of(machine);
        let first = machine == 0 || floor.work_center_of(machine - 1) != center;
        number = if first { 1 } else { number + 1 };
        let name = floor
            .work_centers()
            .nth(center as usize)
            .unwrap_or_default();
        add(
            page,
            format_args!(
                "<text x=\"0\" y=\"{:.0}\">{} {number}</text>",
                f64::from(machine) * ROW + 15.0,
                escaped(name)
            ),
        );
    }
    let scale = (WIDTH - NAMES) / end_us as f64;
    for bar in bars {
        // Neighbouring lots get colors far apart: steps of the golden angle.
        let hue = (bar.lot * 137) % 360;
        add(
            page,
            format_args!(
                "<rect x=\"{:.1}\" y=\"{:.0}\" width=\"{:.1}\" height=\"16\" \
                 fill=\"hsl({hue} 55% 50%)\"><title>lot {}, {}, step {}</title></rect>",
                NAMES + bar.from_us as f64 * scale,
                f64::from(bar.machine) * ROW + 3.0,
                ((bar.to_us - bar.from_us) as f64 * scale).max(0.5),
                bar.lot,
                escaped(
                    floor
                        .products()
                        .nth(bar.product as usize)
                        .unwrap_or_default()
                ),
                escaped(floor.step_name(bar.step)),
            ),
        );
    }
    page.push_str("</svg>");
}

fn open_picture(page: &mut String, title: &str, rows: usize) {
    let height = rows as f64 * ROW + 4.0;
    add(
        page,
        format_args!(
            "<svg role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {WIDTH} {height}\" \
             width=\"{WIDTH}\" height=\"{height}\">"
        ),
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
