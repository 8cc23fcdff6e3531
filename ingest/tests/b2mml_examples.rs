//! The examples of B2MML and BatchML as events of the twin.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

#[path = "adapters/samples.rs"]
mod samples;

use std::collections::BTreeMap;
use std::path::PathBuf;

use samples::{files_below, import, import_texts, sample_folder};
use serde_json::json;
use twin_model::{EventBody, Plant};

const NAME: &str = "b2mml";

fn example(beginning: &str) -> Option<PathBuf> {
    let folder = sample_folder("b2mml")?;
    let named = |file: &PathBuf| {
        let name = file.file_name().unwrap().to_str().unwrap();
        name.starts_with(beginning)
    };
    let files = files_below(&folder.join("examples"), "xml");
    Some(files.into_iter().find(named).unwrap())
}

#[test]
fn every_example_ends_as_events_or_as_a_coded_exception() {
    let Some(folder) = sample_folder("b2mml") else {
        return;
    };
    let files = files_below(&folder.join("examples"), "xml");
    assert_eq!(files.len(), 8);
    for file in files {
        let seen = import(NAME, &[&file]);
        assert!(
            !seen.events.is_empty(),
            "{}: nothing came of it",
            file.display()
        );
        for (_, read) in &seen.events {
            if let Err(error) = read {
                assert_eq!(
                    error.rejection.code().to_string(),
                    "TWIN-R34",
                    "{}",
                    file.display()
                );
            }
        }
    }
}

#[test]
fn of_a_lot_and_its_sub_lot_the_worse_status_wins() {
    let (Some(lot), Some(sub_lot)) = (example("LOT-"), example("INV-")) else {
        return;
    };
    let usage = |lot_status: &str, sub_status: &str| {
        let lot = std::fs::read_to_string(&lot).unwrap();
        let sub_lot = std::fs::read_to_string(&sub_lot).unwrap();
        let lot = lot.replace("<Status>Valid<", &format!("<Status>{lot_status}<"));
        let sub_lot = sub_lot.replace("<Status>NotValid<", &format!("<Status>{sub_status}<"));
        let seen = import_texts(NAME, &[lot, sub_lot]);
        assert_eq!(seen.exceptions(), Vec::<String>::new());
        let created = seen.data("mfg.lot.created.v1");
        assert_eq!(created.len(), 1);
        assert_eq!(created[0]["lot"], "CRBN0001_LOT01_01");
        assert_eq!(
            created[0]["quantity"],
            json!({"value": "24.910", "unit": "KGM"})
        );
        assert_eq!(
            created[0]["expiry"], "2013-12-08T00:00:00Z",
            "from the lot's own document"
        );
        created[0]["usage"].as_str().unwrap().to_owned()
    };
    assert_eq!(usage("Valid", "NotValid"), "blocked", "as in the examples");
    assert_eq!(usage("NotValid", "Valid"), "blocked");
    assert_eq!(usage("Valid", "Valid"), "unrestricted");
    let unknown = std::fs::read_to_string(&sub_lot)
        .unwrap()
        .replace("NotValid", "Perhaps");
    let seen = import_texts(NAME, &[unknown]);
    assert!(
        seen.exceptions()[0].contains("none of the `cases` holds"),
        "{:?}",
        seen.exceptions()
    );
}

#[test]
fn dispositions_are_read_as_the_standard_means_them() {
    let Some(file) = example("INV-") else { return };
    let text = std::fs::read_to_string(file).unwrap();
    for (disposition, usage) in [
        ("UnRestricted", "unrestricted"),
        ("Restricted", "blocked"),
        ("In-Process", "quality_inspection"),
        ("Planned", "quality_inspection"),
    ] {
        let told = format!("<Disposition>{disposition}</Disposition>");
        let text = text.replace("<Status>NotValid</Status>", &told);
        let seen = import_texts(NAME, &[text]);
        assert_eq!(
            seen.data("mfg.lot.created.v1")[0]["usage"],
            usage,
            "{disposition}"
        );
    }
    let text = text.replace(
        "<Status>NotValid</Status>",
        "<Disposition>restricted</Disposition>",
    );
    let seen = import_texts(NAME, &[text]);
    let expected = "MaterialSubLot/Disposition: \"restricted\": no value of the enumeration";
    assert!(
        seen.exceptions()[0].contains(expected),
        "{:?}",
        seen.exceptions()
    );
}

#[test]
fn a_schedules_request_is_an_order_and_its_state_may_release_it() {
    let Some(file) = example("PRO-") else { return };
    let seen = import(NAME, &[&file]);
    assert_eq!(
        seen.data("mfg.work_order.created.v1"),
        [json!({"order": "258456", "material": "SO1215",
            "quantity": {"value": "1.000", "unit": "KGM"}})]
    );
    assert_eq!(seen.read()[0].time.to_string(), "2009-12-10T17:14:16Z");
    assert_eq!(seen.read().len(), 1, "without a state a request is a plan");
    let text = std::fs::read_to_string(file).unwrap();
    for (state, released) in [("Forecast", 0), ("Released", 1), ("Ready", 1), ("Held", 1)] {
        let told = format!("<ID>258456</ID><RequestState>{state}</RequestState>");
        let seen = import_texts(NAME, &[text.replace("<ID>258456</ID>", &told)]);
        assert_eq!(
            seen.data("mfg.work_order.released.v1").len(),
            released,
            "{state}"
        );
    }
    let unknown = text.replace(
        "<ID>258456</ID>",
        "<ID>258456</ID><RequestState>Soon</RequestState>",
    );
    let seen = import_texts(NAME, &[unknown]);
    assert!(
        seen.exceptions()[0].contains("/RequestState: \"Soon\""),
        "{:?}",
        seen.exceptions()
    );
}

#[test]
fn a_batch_record_is_an_order_of_one_whose_phases_ended() {
    let Some(file) = example("ProductionBatchRecord") else {
        return;
    };
    let seen = import(NAME, &[file]);
    let created = &seen.data("mfg.work_order.created.v1")[0];
    assert_eq!(
        (&created["order"], &created["material"]),
        (&json!("BX10"), &json!("000399FG01"))
    );
    let ended: Vec<_> = seen
        .read()
        .into_iter()
        .filter_map(|event| match &event.body {
            EventBody::OperationCompleted(report) => Some((event.time, report.worker.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(ended.len(), 12);
    assert!(
        ended
            .iter()
            .all(|(_, worker)| worker.as_ref().unwrap().as_str() == "mkuehne")
    );
    let first = ended.iter().map(|(at, _)| *at).min().unwrap();
    assert_eq!(first.to_string(), "2010-04-27T14:02:06.903Z");
    assert!(
        seen.read()[0].time <= first,
        "an order is there before its phases end"
    );
}

#[test]
fn what_an_order_consumed_is_told_of_the_sub_lot() {
    let Some(file) = example("PES-") else { return };
    let seen = import(NAME, &[&file]);
    assert_eq!(
        seen.data("mfg.material.consumed.v1"),
        [
            json!({"order": "53107", "op": "Weighing", "material": "CRBN0001",
            "lot": "430147330000056734", "quantity": {"value": "0.41", "unit": "KGM"}})
        ]
    );
    assert_eq!(seen.exceptions(), Vec::<String>::new());
    let text = std::fs::read_to_string(file).unwrap();
    for (from, to, expected) in [
        ("0.41", "0,41", "QuantityString"),
        (">KG<", ">Fass<", "UnitOfMeasure"),
        (">Consumed<", ">Used<", "MaterialUse"),
    ] {
        let seen = import_texts(NAME, &[text.replace(from, to)]);
        assert!(seen.read().is_empty(), "{to}");
        let exceptions = seen.exceptions();
        assert!(exceptions[0].contains(expected), "{to}: {exceptions:?}");
    }
}

#[test]
fn a_material_definition_is_reference_data() {
    let Some(file) = example("MAT-") else { return };
    let seen = import(NAME, &[&file]);
    assert_eq!(
        seen.data("mfg.material.updated.v1"),
        [json!({"material": "CRBN0001", "base_unit": "KGM"})]
    );
    let text = std::fs::read_to_string(file).unwrap();
    let without = text.replace("<ValueString>KG</ValueString>", "<ValueString/>");
    let seen = import_texts(NAME, &[without]);
    assert!(seen.read().is_empty(), "a material without a unit is none");
    assert_eq!(seen.exceptions().len(), 1);
}

#[test]
fn exceptions_of_a_batch_record_are_nonconformances_of_the_batch() {
    let Some(file) = example("ProductionBatchRecord") else {
        return;
    };
    let raw = std::fs::read_to_string(&file).unwrap();
    let recorded = raw.matches("\">Exception</EventSubType>").count();
    let seen = import(NAME, &[file]);
    let opened = seen.data("mfg.nonconformance.opened.v1");
    assert_eq!((opened.len(), recorded), (3, 3), "all are told");
    assert!(opened.iter().all(|found| found["order"] == "BX10"));
    assert_eq!(opened[1]["nonconformance"], "BX10/0125|Exception");
    let mut plant = Plant::new("b2mml".parse().unwrap());
    for event in seen.read() {
        plant.apply(event).unwrap();
    }
    let found = plant.nonconformance(&"BX10/0124|Exception".parse().unwrap());
    assert!(found.unwrap().is_open(), "somebody must judge it");
}

#[test]
fn a_master_recipe_that_names_its_product_is_its_routing() {
    let Some(file) = example("cough syrup pmw.xml") else {
        return;
    };
    let seen = import(NAME, &[&file]);
    assert!(seen.read().is_empty());
    assert!(
        seen.exceptions()[0].contains("/Header/ProductID: is empty"),
        "{:?}",
        seen.exceptions()
    );
    let text = std::fs::read_to_string(file).unwrap();
    let operations = text
        .matches("<batchML:RecipeElementType>Operation<")
        .count();
    let named = text.replacen(
        "<batchML:ProductID />",
        "<batchML:ProductID>SYRUP</batchML:ProductID>",
        1,
    );
    let seen = import_texts(NAME, &[named]);
    assert_eq!(seen.exceptions(), Vec::<String>::new());
    let routing = &seen.data("mfg.routing.published.v1")[0];
    assert_eq!(routing["material"], "SYRUP");
    assert_eq!(routing["operations"].as_array().unwrap().len(), operations);
}

#[test]
fn what_comes_of_each_example_is_what_a_count_of_its_elements_says() {
    let Some(folder) = sample_folder("b2mml") else {
        return;
    };
    // By the text of the files, without a mapping: an element, and the event that stands for it.
    const PHASE: &str = "<RecipeElementType>Phase</RecipeElementType>";
    let elements = [
        ("<MaterialDefinition>", "mfg.material.updated.v1"),
        ("<MaterialSubLot>", "mfg.lot.created.v1"),
        ("<MaterialActual>", "mfg.material.consumed.v1"),
        ("<ProductionRequest>", "mfg.work_order.created.v1"),
        ("<ExecutedControlRecipe>", "mfg.work_order.created.v1"),
        ("<ExecutedControlRecipe>", "mfg.work_order.released.v1"),
        (PHASE, "mfg.operation.completed.v1"),
        (
            "\">Exception</EventSubType>",
            "mfg.nonconformance.opened.v1",
        ),
    ];
    for file in files_below(&folder.join("examples"), "xml") {
        let raw = std::fs::read_to_string(&file).unwrap();
        let mut expected = BTreeMap::new();
        for (element, name) in elements {
            let found = raw.matches(element).count();
            if found > 0 {
                *expected.entry(name).or_default() += found;
            }
        }
        // A lot that is known by its sub-lots alone, a recipe of no product, a list of settings.
        let alone = usize::from(raw.contains("<MaterialLot>") && !raw.contains("<MaterialSubLot>"))
            + raw.matches("<batchML:MasterRecipe>").count()
            + usize::from(!raw.contains("B2MML") && !raw.contains("BatchML"));
        let seen = import(NAME, &[&file]);
        assert_eq!(seen.by_type(), expected, "{}", file.display());
        let exceptions = seen.exceptions();
        assert_eq!(
            exceptions.len(),
            alone,
            "{}: {exceptions:?}",
            file.display()
        );
    }
}

#[test]
fn what_is_no_b2mml_is_one_exception() {
    let Some(file) = example("cough syrup pmw_property") else {
        return;
    };
    let seen = import(NAME, &[file]);
    let expected = "at /: has no record that the mapping knows: it has the fields properties";
    assert_eq!(seen.events.len(), 1);
    assert!(
        seen.exceptions()[0].contains(expected),
        "{:?}",
        seen.exceptions()
    );
}
