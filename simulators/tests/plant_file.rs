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
