//! Words of the Core Business Vocabulary 2.0 that the twin writes or understands.

use crate::Usage;

/// A lot comes into being (CBV: a class-level identifier that was not used before).
pub(super) const COMMISSIONING: &str = "commissioning";
/// More of a lot comes into being; unlike commissioning it may happen again.
pub(super) const CREATING: &str = "creating_class_instance";
/// A lot comes in from outside.
pub(super) const RECEIVING: &str = "receiving";
/// A lot is set apart for a further look.
pub(super) const HOLDING: &str = "holding";
/// Somebody has looked.
pub(super) const INSPECTING: &str = "inspecting";
/// Stock is counted.
pub(super) const STOCK_TAKING: &str = "stock_taking";
/// Some of a lot is taken out of the stock for an order.
pub(super) const PICKING: &str = "picking";
/// Some of a lot is put into the stock again.
pub(super) const STORING: &str = "storing";
/// Something goes into a unit.
pub(super) const PACKING: &str = "packing";
/// Something comes out of a unit.
pub(super) const UNPACKING: &str = "unpacking";
/// Something leaves.
pub(super) const SHIPPING: &str = "shipping";

/// A shipment is asked for: no step of the vocabulary, since nothing has moved.
pub(super) const SHIPMENT_REQUESTED: &str = "urn:plant-twin:bizstep:shipment_requested";
/// A shipment that has not left is called off; `void_shipping` is for what has left.
pub(super) const SHIPMENT_CANCELLED: &str = "urn:plant-twin:bizstep:shipment_cancelled";

/// Some of a lot was used up for an order. `DELETE` would say that the lot ceases to be.
pub(super) const CONSUMED: &str = "urn:plant-twin:bizstep:consumed";

/// What a lot is that waits for an inspection: its condition is not known.
pub(super) const NOT_KNOWN: &str = "unknown";
/// What a lot is of which something does not conform.
pub(super) const NON_CONFORMANT: &str = "non_conformant";
/// What a held lot is: it must not be sold.
pub(super) const HELD: &str = "non_sellable_other";
/// What leaves is under way.
pub(super) const IN_TRANSIT: &str = "in_transit";

/// Kind of a business transaction: production order.
pub(super) const PRODUCTION_ORDER: &str = "prodorder";
/// Kind of a business transaction: despatch advice.
pub(super) const DESPATCH: &str = "desadv";

/// The disposition that tells a usage status. Each status has one of its own.
pub(super) fn disposition_of(usage: Usage) -> &'static str {
    match usage {
        Usage::Unrestricted => "conformant",
        Usage::Restricted => HELD,
        // CBV: the condition of the object is not known.
        Usage::QualityInspection => NOT_KNOWN,
        Usage::Blocked => "unavailable",
        Usage::Rejected => NON_CONFORMANT,
    }
}

/// The usage status of a lot that comes with this disposition; `None` for one that no lot can have
/// that has just come. What says that something is wrong lets nothing pass until a person decides.
pub(super) fn usage_of(disposition: &str) -> Option<Usage> {
    Some(match disposition {
        // `in_progress` is what is said when there is nothing to say.
        "conformant"
        | "active"
        | "in_progress"
        | "available"
        | "sellable_accessible"
        | "sellable_not_accessible"
        | "completeness_verified"
        | "completeness_inferred"
        | "container_closed"
        | "container_open" => Usage::Unrestricted,
        HELD => Usage::Restricted,
        "unknown" => Usage::QualityInspection,
        "unavailable" | "damaged" | "expired" | "mismatch_class" | "mismatch_instance"
        | "mismatch_quantity" | "needs_replacement" | "no_pedigree_match" | "recalled"
        | "returned" | "stolen" => Usage::Blocked,
        "non_conformant" => Usage::Rejected,
        _ => return None,
    })
}

/// A word without the address of its vocabulary, which older documents and other writers put
/// before it.
pub(super) fn bare<'a>(word: &'a str, kind: &Vocabulary) -> &'a str {
    let bare = kind.prefixes.iter().find_map(|p| word.strip_prefix(p));
    bare.unwrap_or(word)
}

/// Addresses of a vocabulary.
pub(super) struct Vocabulary {
    prefixes: [&'static str; 3],
}

pub(super) const BIZ_STEPS: Vocabulary = Vocabulary {
    prefixes: [
        "https://ref.gs1.org/cbv/BizStep-",
        "cbv:BizStep-",
        "urn:epcglobal:cbv:bizstep:",
    ],
};
pub(super) const DISPOSITIONS: Vocabulary = Vocabulary {
    prefixes: [
        "https://ref.gs1.org/cbv/Disp-",
        "cbv:Disp-",
        "urn:epcglobal:cbv:disp:",
    ],
};
pub(super) const TRANSACTIONS: Vocabulary = Vocabulary {
    prefixes: [
        "https://ref.gs1.org/cbv/BTT-",
        "cbv:BTT-",
        "urn:epcglobal:cbv:btt:",
    ],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usage_status_has_a_disposition_of_its_own() {
        for usage in [
            Usage::Unrestricted,
            Usage::Restricted,
            Usage::QualityInspection,
            Usage::Blocked,
            Usage::Rejected,
        ] {
            assert_eq!(usage_of(disposition_of(usage)), Some(usage));
        }
        assert_eq!(usage_of("retail_sold"), None, "it cannot just have come");
    }

    #[test]
    fn a_word_is_the_same_with_the_address_of_its_vocabulary() {
        for word in [
            "https://ref.gs1.org/cbv/BizStep-holding",
            "urn:epcglobal:cbv:bizstep:holding",
            "holding",
        ] {
            assert_eq!(bare(word, &BIZ_STEPS), HOLDING);
        }
    }
}
