//! A material and a routing with everything that can be said of them.

use serde_json::{Value, json};

pub(super) fn told() -> Vec<(&'static str, Value)> {
    let quantity = json!({"value": "6", "unit": "XCS"});
    vec![
        (
            "material.updated",
            json!({"material": "BEER", "version": 3, "base_unit": "XBO", "conversions": [
                {"unit": "XCS", "numerator": "20", "denominator": "1",
                    "valid_from": "2026-01-01T00:00:00Z", "valid_to": "2027-01-01T00:00:00Z"},
                {"unit": "KGM", "numerator": "10", "denominator": "9", "nominal": true}],
                "shelf_life_days": 180, "inspection_required": true, "lot_controlled": true,
                "catch_weight_tolerance": "0.03"}),
        ),
        (
            "work_order.created",
            json!({"order": "WO-7", "material": "BEER", "routing_version": "2",
                "quantity": {"value": "240", "unit": "XBO"}}),
        ),
        (
            "work_order.released",
            json!({"order": "WO-7", "quantity": quantity}),
        ),
        (
            "routing.published",
            json!({"routing": "FILLING", "version": "2", "material": "BEER",
                "effective_from": "2026-02-01T00:00:00Z", "operations": [
                {"op": "10", "work_center": "FILLER", "setup_s": 60, "run_s_per_unit": "0.5",
                    "inspection_point": true},
                {"op": "20", "work_center": "PACKER", "predecessors": ["10"], "overlap": true,
                    "delivers": true}]}),
        ),
        (
            "lot.created",
            json!({"lot": "HOPS-1", "material": "HOPS",
                "quantity": {"value": "9", "unit": "KGM"}}),
        ),
        (
            "material.issued",
            json!({"order": "WO-7", "material": "HOPS", "lot": "HOPS-1", "document": "4900",
                "quantity": {"value": "2", "unit": "KGM"}}),
        ),
        (
            "material.issued",
            json!({"order": "WO-7", "material": "HOPS", "lot": "HOPS-1", "document": "4901",
                "quantity": {"value": "1", "unit": "KGM"}}),
        ),
        (
            "movement.reversed",
            json!({"order": "WO-7", "document": "4901", "reason": "twice"}),
        ),
        (
            "material.returned",
            json!({"order": "WO-7", "material": "HOPS", "lot": "HOPS-1",
                "quantity": {"value": "1", "unit": "KGM"}}),
        ),
        (
            "material.consumed",
            json!({"order": "WO-7", "op": "10", "material": "HOPS", "lot": "HOPS-1",
                "quantity": {"value": "1", "unit": "KGM"}}),
        ),
        (
            "goods.received",
            json!({"order": "WO-7", "lot": "BEER-1", "final_delivery": true,
                "quantity": {"value": "2", "unit": "XCS"}, "measured": {"value": "36", "unit": "KGM"}}),
        ),
        // Asks for a routing that nobody has published.
        (
            "work_order.created",
            json!({"order": "WO-8", "material": "WATER", "routing_version": "1",
                "quantity": {"value": "1", "unit": "XBO"}}),
        ),
        ("work_order.released", json!({"order": "WO-8"})),
    ]
}
