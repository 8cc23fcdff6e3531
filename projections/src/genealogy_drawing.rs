//! A genealogy as a picture: what a lot was made from to the left, what became of it to the right.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::view::{GenealogyView, KinView};

/// A lot's box, and the room that it has, in pixels.
const BOX: (usize, usize) = (190, 56);
const ROOM: (usize, usize) = (260, 72);
const MARGIN: usize = 24;
/// Longest text in a box, in characters.
const TEXT_CHARS_MAX: usize = 26;

const STYLE: &str = "text{font:12px sans-serif;fill:#1f2933}\
    .kin{fill:#fff;stroke:#7b8794;stroke-width:1.5}.asked{fill:#e3f2fd}\
    .held{fill:#fdecea;stroke:#b3261e;stroke-width:2}.small{fill:#52606d;font-size:11px}\
    .edge{fill:none;stroke:#9aa5b1;stroke-width:1.5}.tank{stroke-dasharray:4 3}\
    .warn{fill:#b3261e}";

/// The picture, as SVG.
pub(crate) fn svg(genealogy: &GenealogyView) -> String {
    let first = genealogy.lots.first().map_or(0, |kin| kin.steps);
    let mut places = BTreeMap::new();
    let mut rows: BTreeMap<i64, usize> = BTreeMap::new();
    for kin in &genealogy.lots {
        let row = rows.entry(kin.steps).or_default();
        let column = usize::try_from(kin.steps - first).unwrap_or(0);
        let place = (MARGIN + column * ROOM.0, 2 * MARGIN + *row * ROOM.1);
        places.insert(&kin.id, place);
        *row += 1;
    }
    let columns = rows.len();
    let most = rows.values().copied().max().unwrap_or(0);
    let (width, height) = (columns * ROOM.0, 2 * MARGIN + most * ROOM.1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
         viewBox=\"0 0 {width} {height}\"><style>{STYLE}</style>\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>"
    );
    let title = title(genealogy);
    write(
        &mut svg,
        format_args!("<text x=\"{MARGIN}\" y=\"24\">{title}</text>"),
    );
    for edge in &genealogy.edges {
        let (Some(from), Some(to)) = (places.get(&edge.parent), places.get(&edge.child)) else {
            continue;
        };
        let (x1, y1) = (from.0 + BOX.0, from.1 + BOX.1 / 2);
        let (x2, y2) = (to.0, to.1 + BOX.1 / 2);
        let bend = (ROOM.0 - BOX.0) / 2;
        let class = match edge.by {
            "commingled" => "edge tank",
            _ => "edge",
        };
        let hint = escaped(&format!(
            "{} {} of {} into {} ({})",
            edge.quantity.value, edge.quantity.unit, edge.parent, edge.child, edge.by
        ));
        write(
            &mut svg,
            format_args!(
                "<path class=\"{class}\" d=\"M{x1} {y1} C{} {y1} {} {y2} {x2} {y2}\">\
                 <title>{hint}</title></path>",
                x1 + bend,
                x2.saturating_sub(bend)
            ),
        );
    }
    for kin in &genealogy.lots {
        if let Some(place) = places.get(&kin.id) {
            draw(&mut svg, kin, *place);
        }
    }
    svg + "</svg>\n"
}

fn title(genealogy: &GenealogyView) -> String {
    let cut = match (
        genealogy.ancestors_truncated,
        genealogy.descendants_truncated,
    ) {
        (false, false) => "",
        (true, false) => ": the nearest ancestors, there are more",
        (false, true) => ": the nearest descendants, there are more",
        (true, true) => ": the nearest ancestors and descendants, there are more",
    };
    let edges = match genealogy.edges_truncated {
        true => "; not every line is drawn",
        false => "",
    };
    escaped(&format!("Genealogy of lot {}{cut}{edges}", genealogy.lot))
}

fn draw(svg: &mut String, kin: &KinView, (x, y): (usize, usize)) {
    let class = match (kin.is_held(), kin.steps) {
        (true, _) => "kin held",
        (false, 0) => "kin asked",
        (false, _) => "kin",
    };
    let (width, height) = BOX;
    let state = match (kin.holds.first(), kin.inherited_holds.first()) {
        (Some(hold), _) => format!("on hold {hold}"),
        (None, Some(hold)) => format!("held by {hold}"),
        (None, None) => match kin.packed_in.first() {
            Some(unit) => format!("packed in {unit}"),
            None => kin.lifecycle.replace('_', " "),
        },
    };
    let amount = format!(
        "{} {} {}",
        kin.material, kin.quantity.value, kin.quantity.unit
    );
    let warn = if kin.is_held() { " warn" } else { "" };
    write(
        svg,
        format_args!(
            "<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             rx=\"5\"/><text x=\"{tx}\" y=\"{y1}\">{id}</text>\
             <text class=\"small\" x=\"{tx}\" y=\"{y2}\">{amount}</text>\
             <text class=\"small{warn}\" x=\"{tx}\" y=\"{y3}\">{state}</text>",
            tx = x + 9,
            y1 = y + 17,
            y2 = y + 33,
            y3 = y + 48,
            id = escaped(&short(kin.id.as_str())),
            amount = escaped(&short(&amount)),
            state = escaped(&short(&state)),
        ),
    );
}

fn write(svg: &mut String, part: std::fmt::Arguments<'_>) {
    if svg.write_fmt(part).is_err() {
        unreachable!("a string takes all that is written to it");
    }
}

fn short(text: &str) -> String {
    if text.chars().count() <= TEXT_CHARS_MAX {
        return text.to_owned();
    }
    let head: String = text.chars().take(TEXT_CHARS_MAX - 1).collect();
    format!("{head}…")
}

/// Text within XML, where names of lots may have anything in them.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            c => safe.push(c),
        }
    }
    safe
}
