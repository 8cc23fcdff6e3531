//! Plant files at random, with everything that a floor can do.

use std::fmt::Write;

use simulators::random::{Draw, Purpose, Random};

/// Random numbers for the making of a file.
struct Dice {
    random: Random,
    drawn: u64,
}

impl Dice {
    fn draw(&mut self) -> Draw {
        self.drawn += 1;
        self.random.draw(0, self.drawn, Purpose::Fault)
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.draw().chance(probability)
    }

    fn between(&mut self, low: i64, high: i64) -> i64 {
        self.draw().between(low, high)
    }
}

/// A plant file drawn from a seed: two to five work centers, one to three products.
pub(crate) fn random_plant(seed: u64) -> String {
    let mut dice = Dice {
        random: Random::new(seed),
        drawn: 0,
    };
    let centers = dice.between(2, 5);
    let mut text = format!("model = \"plant/1\"\nname = \"drawn from {seed}\"\n");
    if dice.chance(0.3) {
        text.push_str("transport = { exponential = 2 }\n");
    }
    let calendar = dice.chance(0.3);
    if calendar {
        text.push_str("calendar = [{ id = \"day\", open = [\"mon-sun 05:00-23:00\"] }]\n");
    }
    text.push_str("family = [{ id = \"red\" }, { id = \"blue\" }]\n");
    text.push_str(
        "setup = [{ to = \"red\", time = 3 }, { to = \"blue\", time = { exponential = 4 } }]\n",
    );
    text.push_str("crew = [{ id = \"people\", count = 2 }]\n");
    for center in 0..centers {
        let machines = dice.between(1, 3);
        write!(
            text,
            "\n[[work_center]]\nid = \"W{center}\"\nmachines = {machines}\n"
        )
        .unwrap();
        if calendar && dice.chance(0.5) {
            text.push_str("calendar = \"day\"\n");
        }
        if center > 0 && dice.chance(0.2) {
            text.push_str("buffer = 400\n");
        }
    }
    for (kind, resume) in [
        ("breakdown", "preempt-resume"),
        ("maintenance", "after-lot"),
    ] {
        let center = dice.between(0, centers - 1);
        writeln!(
            text,
            "\n[[downtime]]\nid = \"{kind}\"\nwork_center = \"W{center}\"\nkind = \"{kind}\"\n\
             every = {{ exponential = 240 }}\nlasts = {{ exponential = 20 }}\nresume = \"{resume}\""
        )
        .unwrap();
    }
    let products = dice.between(1, 3);
    for product in 0..products {
        add_product(&mut text, &mut dice, product, centers);
    }
    text
}

fn add_product(text: &mut String, dice: &mut Dice, product: i64, centers: i64) {
    let pieces = dice.between(1, 12);
    write!(
        text,
        "\n[[product]]\nid = \"P{product}\"\npieces = {pieces}\n"
    )
    .unwrap();
    let steps = dice.between(1, 6);
    for step in 1..=steps {
        let center = dice.between(0, centers - 1);
        let other = (center + 1) % centers;
        write!(text, "[[product.step]]\nop = \"{step}0\"\n").unwrap();
        match dice.chance(0.3) {
            true => writeln!(text, "work_center = [\"W{center}\", \"W{other}\"]").unwrap(),
            false => writeln!(text, "work_center = \"W{center}\"").unwrap(),
        }
        writeln!(text, "time = {{ exponential = {} }}", dice.between(2, 9)).unwrap();
        let back = dice.between(1, step);
        let more = [
            (0.2, "setup = \"red\"".to_owned()),
            (0.2, "crew = { id = \"people\" }".to_owned()),
            (0.2, "sample = 0.6".to_owned()),
            (0.3, "yield = 0.9".to_owned()),
            (0.3, "scrap = 0.05".to_owned()),
            (
                0.4,
                format!("rework = {{ probability = 0.15, to = \"{back}0\" }}"),
            ),
            (
                0.4,
                format!(
                    "inspection = {{ hold = 0.3, lasts = {{ exponential = 30 }}, scrap = 0.2, \
                     rework = {{ probability = 0.3, to = \"{back}0\" }} }}"
                ),
            ),
        ];
        for (probability, line) in more {
            if dice.chance(probability) {
                writeln!(text, "{line}").unwrap();
            }
        }
        match dice.between(0, 9) {
            0 | 1 => text.push_str("batch = { most = 3, wait = 15 }\n"),
            2 => text.push_str("per = \"piece\"\ninterval = 1\n"),
            3 if step > 1 => writeln!(
                text,
                "queue_limit = {{ since = \"{}0\", most = 30, late_to = \"{}0\" }}",
                step - 1,
                step - 1
            )
            .unwrap(),
            _ => {}
        }
    }
    let priority = dice.between(-2, 2);
    write!(
        text,
        "\n[[release]]\nproduct = \"P{product}\"\nevery = {{ exponential = 30 }}\ndue = 300\n\
         priority = {priority}\ncount = 60\n\n[[lot]]\nid = \"old {product}\"\n\
         product = \"P{product}\"\nop = \"{}0\"\nage = 90\n",
        dice.between(1, steps)
    )
    .unwrap();
}
