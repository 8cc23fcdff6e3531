//! What is wrong with a plant file is said with file, line, key and what to do.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use simulators::plant_file::PlantFile;

const HEAD: &str = "model = \"plant/1\"\nname = \"bad\"\n";

fn refusal(rest: &str) -> String {
    let text = format!("{HEAD}{rest}");
    PlantFile::read("bad.toml", &text)
        .expect_err(rest)
        .to_string()
}

fn plant(step: &str, release: &str) -> String {
    format!(
        "\n[[work_center]]\nid = \"M\"\n\n[[product]]\nid = \"P\"\n[[product.step]]\nop = \"10\"\n{step}\n\n[[release]]\nproduct = \"P\"\n{release}\n"
    )
}

#[test]
fn an_unknown_machine_is_named_with_those_that_there_are() {
    let said = refusal(&plant("work_center = \"N\"\ntime = 1", "every = 1"));
    assert!(
        said.starts_with("bad.toml, line 11: product[0].step[0].work_center:"),
        "{said}"
    );
    assert!(said.contains("no work center \"N\"; there is M"), "{said}");
}

#[test]
fn a_route_that_nobody_leaves_is_refused() {
    let step = "work_center = \"M\"\ntime = 1\nrework = { probability = 1, to = \"10\" }";
    let said = refusal(&plant(step, "every = 1"));
    assert!(
        said.contains("line 13: product[0].step[0].rework"),
        "{said}"
    );
    assert!(said.contains("none gets further"), "{said}");
}

#[test]
fn a_negative_time_is_refused() {
    let said = refusal(&plant(
        "work_center = \"M\"\ntime = { exponential = -5 }",
        "every = 1",
    ));
    assert!(
        said.contains("line 12: product[0].step[0].time: -5 is no time"),
        "{said}"
    );
}

#[test]
fn a_billion_releases_at_once_are_refused_and_so_are_endless_ones() {
    let said = refusal(&plant(
        "work_center = \"M\"\ntime = 1",
        "every = 0\ncount = 1000000000",
    ));
    assert!(
        said.contains("line 17: release[0].count: lots at one instant are 1000000000"),
        "{said}"
    );
    let said = refusal(&plant("work_center = \"M\"\ntime = 1", "every = 0"));
    assert!(said.contains("release[0].every"), "{said}");
}

#[test]
fn an_unknown_key_and_a_word_that_is_none_are_refused_with_the_line() {
    let said = refusal(&plant(
        "work_center = \"M\"\ntime = 1\nspeed = 2",
        "every = 1",
    ));
    assert!(
        said.contains("line 13") && said.contains("unknown field `speed`"),
        "{said}"
    );
    let said = refusal(&plant(
        "work_center = \"M\"\ntime = { gaussian = 1 }",
        "every = 1",
    ));
    assert!(
        said.contains("line 12") && said.contains("gaussian"),
        "{said}"
    );
}

#[test]
fn the_same_model_as_json_is_read_alike_and_its_errors_have_lines_too() {
    let toml = format!(
        "{HEAD}{}",
        plant("work_center = \"M\"\ntime = 1", "every = 2")
    );
    let (read, _) = PlantFile::read("good.toml", &toml).unwrap();
    let json = serde_json::to_string_pretty(&read).unwrap();
    assert_eq!(PlantFile::read("good.json", &json).unwrap().0, read);
    let bad = json.replace("\"work_center\": \"M\"", "\"work_center\": \"N\"");
    let said = PlantFile::read("bad.json", &bad)
        .expect_err("unknown")
        .to_string();
    let line = 1 + bad[..bad.find("\"work_center\": \"N\"").unwrap()]
        .matches('\n')
        .count();
    assert!(
        said.starts_with(&format!("bad.json, line {line}: ")),
        "{said}"
    );
}

#[test]
fn more_than_can_be_simulated_is_refused_with_the_limit() {
    let step = "work_center = \"M\"\ntime = 1";
    let many = refusal(&format!(
        "work_center = [{{ id = \"M\", machines = 100000 }}]\ndowntime = [{}]\nproduct = [{{ id = \"P\", step = [{{ op = \"1\", work_center = \"M\", time = 1 }}] }}]\n",
        (0..11)
            .map(|n| format!("{{ id = \"d{n}\", work_center = \"M\", every = 9, lasts = 1 }}"))
            .collect::<Vec<_>>()
            .join(", ")
    ));
    assert!(
        many.contains("downtime[10]: downtimes and calendars of all machines are 1100000"),
        "{many}"
    );
    let pieces = refusal(&plant(step, "every = 1\npieces = 2000000000"));
    assert!(pieces.contains("line 17: release[0].pieces"), "{pieces}");
    assert!(pieces.contains("from 1 to 1000000"), "{pieces}");
    let none = refusal(&plant(step, "every = 1\npieces = 0"));
    assert!(none.contains("release[0].pieces"), "{none}");
    let phases = "work_center = \"M\"\ntime = { erlang = { phases = 4000000000, mean = 3 } }";
    let phases = refusal(&plant(phases, "every = 1"));
    assert!(phases.contains("from 1 to 1,000"), "{phases}");
    let endless = "work_center = \"M\"\ntime = { weibull = { shape = 0.001, scale = 3 } }";
    let endless = refusal(&plant(endless, "every = 1"));
    assert!(endless.contains("the mean = inf"), "{endless}");
}

#[test]
fn what_would_go_round_for_ever_is_refused() {
    let head = "work_center = [{ id = \"M\" }, { id = \"N\" }]\n";
    let product = |second: &str| {
        format!(
            "{head}product = [{{ id = \"P\", step = [\n{{ op = \"1\", work_center = [\"M\", \"N\"], time = 1 }},\n{second},\n] }}]\n"
        )
    };
    let late = refusal(&product(
        "{ op = \"2\", work_center = \"M\", time = 1, queue_limit = { since = \"1\", most = 5, late_to = \"2\" } }",
    ));
    assert!(
        late.contains("line 6: product[0].step[1].queue_limit"),
        "{late}"
    );
    assert!(late.contains("late again for ever"), "{late}");
    let elsewhere = refusal(&product(
        "{ op = \"2\", work_center = \"M\", time = 1, same_machine_as = \"1\" }",
    ));
    assert!(elsewhere.contains("may be done at \"N\""), "{elsewhere}");
    let skipped = "work_center = \"M\"\ntime = 1\nsample = 0";
    let skipped = refusal(&plant(skipped, "keep = 3"));
    assert!(skipped.contains("release[0].keep"), "{skipped}");
    let nothing = "work_center = \"M\"\ntime = 0";
    let nothing = refusal(&plant(nothing, "keep = 3\ncount = 1000000"));
    assert!(nothing.contains("give such a step a time"), "{nothing}");
    // The second step takes time, and no lot comes to it.
    for lost in [
        "scrap = 1",
        "yield = 0",
        "inspection = { hold = 1, lasts = 0, scrap = 1 }",
    ] {
        let lost = refusal(&plant(
            &format!(
                "work_center = \"M\"\ntime = 0\n{lost}\n[[product.step]]\nop = \"20\"\nwork_center = \"M\"\ntime = 5"
            ),
            "keep = 3",
        ));
        assert!(lost.contains("release[0].keep"), "{lost}");
    }
}

#[test]
fn a_plant_that_may_go_on_for_ever_says_by_what() {
    let endless = |rest: &str| {
        let text = format!("{HEAD}{}", plant("work_center = \"M\"\ntime = 1", rest));
        PlantFile::read("good.toml", &text).unwrap().0.endless()
    };
    assert_eq!(endless("every = 1\ncount = 5"), None);
    assert_eq!(endless("every = 1"), Some("a release without `count`"));
    let shifts = format!(
        "{HEAD}calendar = [{{ id = \"c\", open = [\"mon 06:00-07:00\"] }}]\nwork_center = [{{ id = \"M\", calendar = \"c\" }}]\nproduct = [{{ id = \"P\", step = [{{ op = \"1\", work_center = \"M\", time = 1 }}] }}]\n"
    );
    let file = PlantFile::read("shifts.toml", &shifts).unwrap().0;
    assert_eq!(file.endless(), Some("calendars"));
}

/// `docs/plant-1.schema.json` is the document for editors.
#[test]
fn the_schema_of_plant_files_is_the_one_that_was_given_out_and_takes_what_is_read() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/plant-1.schema.json");
    let now = format!("{:#}\n", PlantFile::schema());
    if std::env::var_os("TWIN_WRITE_GOLDEN").is_some() {
        std::fs::write(path, &now).unwrap();
    }
    let given_out = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        given_out == now,
        "the schema has changed; if that is meant, run this test once with TWIN_WRITE_GOLDEN=1"
    );
    let validator = jsonschema::validator_for(&PlantFile::schema()).unwrap();
    let step =
        "work_center = [\"M\"]\ntime = { erlang = { phases = 2, mean = 3 } }\nbatch = { most = 4 }";
    let toml = format!(
        "{HEAD}{}",
        plant(step, "keep = 3\nwhen_full = \"turn-away\"")
    );
    let good: serde_json::Value = toml::from_str(&toml).unwrap();
    assert!(PlantFile::read("good.toml", &toml).is_ok());
    let errors: Vec<String> = validator
        .iter_errors(&good)
        .map(|e| e.to_string())
        .collect();
    assert_eq!(errors, [""; 0]);
    for (place, wrong) in [
        ("/model", serde_json::json!("plant/2")),
        ("/product/0/step/0/time", serde_json::json!({"gaussian": 1})),
        (
            "/product/0/step/0",
            serde_json::json!({"op": "10", "work_center": "M", "time": 1, "speed": 2}),
        ),
    ] {
        let mut bad = good.clone();
        *bad.pointer_mut(place).unwrap() = wrong;
        assert!(!validator.is_valid(&bad), "{place}");
        assert!(
            PlantFile::read("bad.json", &bad.to_string()).is_err(),
            "{place}"
        );
    }
}
