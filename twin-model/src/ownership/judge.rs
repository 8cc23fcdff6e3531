//! Before an event reaches its handler: does its source own what it writes?

use super::said::Said;
use super::split::split;
use super::{Claim, Field, Owners, Ownership, Writer};
use crate::effect::Effects;
use crate::plant::Cause;
use crate::{Entity, EntityKey, Event, EventBody, Plant, Rejection, SourceId};

impl Plant {
    /// Takes an event to its handler, as far as its source owns what it writes. What it does not
    /// own is kept beside the object as a claim.
    pub(crate) fn take(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let table = self.ownership();
        let writer = Ownership::writer_in(table, &event.source);
        let owns = |field: Field| writer.may_write(Ownership::owners_in(table, field));
        let Some(foreign) = split(&event.body, owns) else {
            return self.handle(event, cause, effects);
        };
        if let Some(body) = foreign.own {
            let own = Event {
                body,
                ..event.clone()
            };
            self.handle(&own, cause, effects)?;
        }
        match foreign.rest {
            Some(body) => {
                let rest = Event {
                    body,
                    ..event.clone()
                };
                self.take_foreign(&rest, writer, cause, effects)
            }
            None => self.take_foreign(event, writer, cause, effects),
        }
    }

    fn take_foreign(
        &mut self,
        event: &Event,
        writer: Writer,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        if let EventBody::HoldReleased(body) = &event.body {
            // The most restrictive hold wins: a release by anybody else is not even kept.
            return Err(Rejection::NotEntitled {
                hold: body.hold.clone(),
                user: body.released_by.clone(),
                role: writer.as_str().into(),
                needs: self.owners_of(Field::HoldRelease).to_string().into(),
            });
        }
        let key = event.body.owner();
        let said: Vec<_> = Said::by(event)
            .into_iter()
            .map(|(facet, claimed)| {
                let owners = self.owners_of(facet.field);
                (facet, Claim { claimed, owners })
            })
            .collect();
        if let (None, Some((_, claim))) = (self.get(&key), said.first()) {
            return Err(Rejection::NotKnownFromOwner {
                object: key,
                event: event.body.type_name(),
                from: event.source.clone(),
                owners: claim.owners.to_string().into(),
            });
        }
        self.require(&key, event)?;
        self.change(&key, cause, effects, |entity, _, _| {
            if let Some(claims) = entity.claims_mut() {
                for (facet, claim) in said {
                    claims.note(facet, cause.source, claim);
                }
            }
            Ok(())
        })
    }

    /// The plant's operator publishes who owns what. Claims of those who own the field from now
    /// on are no claims any more.
    pub(crate) fn publish_ownership(
        &mut self,
        event: &Event,
        cause: Cause<'_>,
        effects: &mut Effects,
    ) -> Result<(), Rejection> {
        let EventBody::OwnershipPublished(body) = &event.body else {
            unreachable!("only a publication publishes")
        };
        if self.ownership().is_none() {
            self.give_birth(Ownership::default().into(), effects);
        }
        self.change(
            &EntityKey::Ownership,
            cause,
            effects,
            |entity, _, _| match entity {
                Entity::Ownership(ownership) => ownership.publish(body),
                _ => unreachable!("the ownership's key names the ownership"),
            },
        )?;
        let Some(table) = self.ownership().cloned() else {
            unreachable!("the table was published above")
        };
        let mut claimed: Vec<EntityKey> = self
            .entities()
            .filter(|entity| entity.claims().is_some_and(|claims| !claims.is_empty()))
            .map(|entity| entity.key())
            .collect();
        claimed.sort_unstable();
        for key in claimed {
            self.change(&key, cause, effects, |entity, _, _| {
                if let Some(claims) = entity.claims_mut() {
                    claims.retain(|facet, source| {
                        let owners = table.owners_of(facet.field);
                        !table.writer(source).may_write(owners)
                    });
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// For whom a source speaks in this plant.
    #[must_use]
    pub fn writer(&self, source: &SourceId) -> Writer {
        Ownership::writer_in(self.ownership(), source)
    }

    /// Who owns a field in this plant.
    #[must_use]
    pub fn owners_of(&self, field: Field) -> Owners {
        Ownership::owners_in(self.ownership(), field)
    }
}
