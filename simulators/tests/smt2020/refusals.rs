//! A fab that is not understood is refused where it is not.

use simulators::smt2020::Fab;

use crate::mini_fab::{files, with};

/// Each row: the file, what stands there, what is put in its place, where the fault is told (line
/// and column), and what its sentence says (parts between `&`); `~` is a tab.
#[track_caller]
fn all_refused(rows: &[&str]) {
    for row in rows {
        let cells: Vec<String> = row
            .split('|')
            .map(|cell| cell.trim().replace('~', "\t"))
            .collect();
        let [file, old, new, place, parts] = &cells[..] else {
            panic!("{row} has no five cells");
        };
        let place = match place.split_once(' ') {
            Some((line, column)) => format!(", line {line}, column {column}"),
            None => format!(", line {place}"),
        };
        let parts: Vec<&str> = parts.split('&').map(str::trim).collect();
        refused(file, old, new, &place, &parts);
    }
}

#[track_caller]
fn refused(file: &str, old: &str, new: &str, place: &str, parts: &[&str]) {
    let told = with(file, old, new).unwrap_err().to_string();
    assert!(told.starts_with(&format!("{file}{place}: ")), "{told}");
    for part in parts {
        assert!(told.contains(part), "{told} lacks {part}");
    }
}

#[test]
fn a_column_that_is_not_known_is_refused_with_those_that_are() {
    all_refused(&[
        "chip.txt | IGNORE | Speed | 1 Speed | not known & STNFAM & CQTUNITS",
        "fromto.txt | DTIME2 | DTIME | 1 DTIME | twice",
        "setup.txt | ~STIME~STUNITS |  | 1 STIME | missing",
        "part.txt | r_chip | r_chip~more | 2 | 6 cells & 5 columns",
    ]);
}

#[test]
fn units_distributions_and_words_that_are_not_known_are_refused() {
    all_refused(&[
        "fromto.txt | min | weeks | 2 DUNITS | `weeks` & sec, min, hr, day",
        "fromto.txt | min |  | 2 DUNITS | `` is not known",
        "fromto.txt | uniform | normal | 2 DDIST | `normal` & exponential",
        "chip.txt | per_batch | per_wafer | 2 PTPER | `per_wafer` & per_lot",
        "tool.txt.1l | rule_HotLotFIRST | rule_EDD | 2 RULE | `rule_EDD`",
        "tool.txt.1l | rank_RSETUP | rank_CR | 2 FWLRANK | `rank_CR`",
        "downcal.txt | mttf_by_cal | mttf_by_use | 2 DOWNCALTYPE | mttf_by_use",
        "order.txt | ~no | ~yes | 2 HOTLOT | `yes`",
        "chip.txt | r_chip | r_other | 2 ROUTE | `r_other` & r_chip",
    ]);
}

#[test]
fn numbers_that_are_none_are_refused_with_what_belongs_there() {
    for bad in [
        "-7.5",
        "7,5",
        "1e3",
        ".5",
        "0.0000001",
        "99999999999999999999",
    ] {
        refused(
            "fromto.txt",
            "7.5",
            bad,
            ", line 2, column DTIME",
            &[bad, "from 0 to 100 years"],
        );
    }
    all_refused(&[
        "fromto.txt | 7.5 |  | 2 DTIME | empty",
        "fromto.txt | 2.5 | 7.6 | 2 DTIME2 | `7.6` & at most the mean",
        "fromto.txt | uniform | constant | 2 DTIME2 | `2.5` & uniform",
        "tool.txt.1l | 2.0 | 2.5 | 2 STNQTY | `2.5` & whole number",
        "tool.txt.1l | 2.0 | 0 | 2 STNQTY | from 1",
        "order.txt | 02/23/18 | 23/02/18 | 2 DUE | `23/02/18 20:07:47`",
        "order.txt | 02/23/18 | 02/23/2018 | 2 DUE | month/day/year",
        "order.txt | 02/23/18 | 12/31/17 | 2 DUE | `12/31/17 20:07:47` & START",
        "order.txt | 51.69 | 0 | 2 REPEAT | never end",
        "pmcal.txt | 30 | 0 | 2 MTBPM | never end",
        "chip.txt | 1.75 | 100.1 | 5 REWORK | `100.1` & 0 to 100",
        "chip.txt | 1.75 | 100 | 5 REWORK | no lot would ever get on",
    ]);
}

#[test]
fn cells_that_contradict_each_other_are_refused() {
    all_refused(&[
        "chip.txt | 50~75 | 80~75 | 2 BATCHMX | 80 and 75",
        "chip.txt | 50~75 | ~75 | 2 BATCHMX | `75` & BATCHMN",
        "chip.txt | GasA~need | ~need | 3 WHEN | `need` & SETUP",
        "chip.txt | yes~20 | ~20 | 3 FORSTEP | `20` & SVESTN",
        "chip.txt | yes~20 | yes~10 | 3 FORSTEP | step 10 lies before",
        "chip.txt | 10~1.75 | 22~1.75 | 5 RWKSTEP | step 22 lies after",
        "chip.txt | 10~1.75 | ~1.75 | 5 REWORK | `1.75` & RWKSTEP",
        "chip.txt | 20~2~hr | ~2~hr | 2 CQT | `2` & STEP_CQT",
        "chip.txt | 20~2~hr | 1~2~hr | 2 STEP_CQT | before or at",
        "chip.txt | r_chip~21 | r_chip~20 | 5 STEP | before or at",
        "tool.txt.1l | crit_sameroutestep |  | 2 BATCHPER | `piece`",
        "attach.txt | 29.4~day | 29 | 3 FOAUNITS | counts time",
        "attach.txt | 2450 | 2450~day | 4 FOAUNITS | counts pieces",
    ]);
}

#[test]
fn names_that_nothing_has_are_refused_with_the_table_that_has_them() {
    all_refused(&[
        "chip.txt | ~Oven~ | ~Stove~ | 2 STNFAM | `Stove` & tool.txt.1l",
        "chip.txt | GasA | GasC | 3 SETUP | `GasC` & setup.txt",
        "chip.txt | yes~20 | yes~15 | 3 FORSTEP | no step `15`",
        "chip.txt | 10~1.75 | 9~1.75 | 5 RWKSTEP | no step `9`",
        "chip.txt | 20~2~hr | 19~2~hr | 2 STEP_CQT | no step `19`",
        "tool.txt.1l | Gases | Airs | 3 SETUPGRP | `Airs` & setupgrp.txt",
        "attach.txt | Break | Brake | 2 CALNAME | `Brake` & downcal.txt",
        "attach.txt | Worn | Torn | 4 CALNAME | `Torn` & pmcal.txt",
        "attach.txt | Beam | Ray | 2 RESNAME | `Ray`",
        "order.txt | ~chip~ | ~chop~ | 2 PART | `chop` & part.txt",
        "WIP.txt | ~chip~ | ~chop~ | 2 PART | `chop`",
        "WIP.txt | ~20~12 | ~2~12 | 2 CURSTEP | no step `2`",
        "fromto.txt | Fab~Fab | Fab~Moon | 2 TOLOC | `Moon`",
        "setupgrp.txt | Gases |  | 2 SETUPGRP | empty",
    ]);
}

#[test]
fn names_that_come_twice_are_refused_with_the_first_line() {
    all_refused(&[
        "WIP.txt | Second | First | 3 LOT | `First` & line 2",
        "tool.txt.1l | Eye~Eye | Gun~Eye | 4 STNFAM | `Gun` & line 3",
        "pmcal.txt | Worn | Monthly | 3 PMCALNAME | `Monthly`",
    ]);
}

#[test]
fn a_folder_without_a_file_is_refused_with_the_files_of_a_data_set() {
    for name in files().keys() {
        let mut files = files();
        files.remove(name);
        let told = Fab::read(&files).unwrap_err().to_string();
        assert!(
            told.starts_with(&format!("{name}: the file is missing")),
            "{told}"
        );
        assert!(told.contains("fromto.txt"), "{told}");
    }
}

#[test]
fn an_empty_file_lacks_its_columns() {
    let mut files = files();
    files.insert("setup.txt".to_owned(), String::new());
    let told = Fab::read(&files).unwrap_err().to_string();
    assert!(told.starts_with("setup.txt, line 1, column"), "{told}");
}
