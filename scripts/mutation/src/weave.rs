//! All mutants of a file woven into its source, each behind a switch.

use std::collections::HashMap;
use std::ops::Range;

use anyhow::{Context, Result};
use syn::spanned::Spanned;
use syn::visit::{self, Visit};
use syn::{BinOp, Expr};

use crate::mutant::{Genre, Mutant, Number, Place};

/// A file with its mutants behind switches.
#[derive(Debug, Default)]
pub(crate) struct Woven {
    /// The source.
    pub(crate) text: String,
    /// What was inserted where, in bytes of `text`.
    pub(crate) inserted: Vec<Inserted>,
    /// The functions with their mutants, in bytes of `text`.
    pub(crate) functions: Vec<(Range<usize>, Vec<Number>)>,
    /// Mutants that cannot stand behind a switch: constants are worked out by the compiler, and a
    /// function that gives `impl` something gives one type.
    pub(crate) apart: Vec<Number>,
    /// Mutants that no compiler takes.
    pub(crate) unviable: Vec<Number>,
}

/// A text that was inserted.
#[derive(Debug, Clone)]
pub(crate) struct Inserted {
    /// Its bytes.
    pub(crate) range: Range<usize>,
    /// Whose it is: one mutant's, or what all at this place share.
    pub(crate) mutants: Vec<Number>,
    /// Only of the one mutant.
    pub(crate) own: bool,
}

/// Weaves `mutants` into `source`.
///
/// # Errors
/// When the source cannot be parsed.
pub(crate) fn weave(source: &str, mutants: &[(Number, &Mutant)]) -> Result<Woven> {
    let file = syn::parse_file(source).context("the source cannot be parsed")?;
    let mut places: HashMap<(Genre, Place), Vec<(Number, &Mutant)>> = HashMap::new();
    for (number, mutant) in mutants {
        let key = (mutant.genre, mutant.span.start);
        places.entry(key).or_default().push((*number, mutant));
    }
    let mut loom = Loom {
        source,
        places,
        insertions: Vec::new(),
        functions: Vec::new(),
        constants: 0,
        apart: Vec::new(),
        unviable: Vec::new(),
    };
    loom.visit_file(&file);
    let unmatched = loom.places.values().flatten().map(|(number, _)| *number);
    loom.apart.extend(unmatched);
    Ok(loom.woven())
}

/// Text to insert at a byte of the source.
struct Insertion {
    at: usize,
    /// What ends here is closed, inner before outer, before what starts here is opened.
    opens: bool,
    pieces: Vec<Piece>,
    mutants: Vec<Number>,
}

struct Piece {
    text: String,
    owner: Option<Number>,
}

impl Piece {
    fn shared(text: impl Into<String>) -> Piece {
        Piece {
            text: text.into(),
            owner: None,
        }
    }
}

struct Loom<'a> {
    source: &'a str,
    /// Mutants not met yet.
    places: HashMap<(Genre, Place), Vec<(Number, &'a Mutant)>>,
    insertions: Vec<Insertion>,
    functions: Vec<(Range<usize>, Vec<Number>)>,
    /// How many constants we are inside.
    constants: usize,
    apart: Vec<Number>,
    unviable: Vec<Number>,
}

impl<'a> Loom<'a> {
    /// The mutants of that genre that start with `node`.
    fn at(&mut self, genre: Genre, node: &impl Spanned) -> Vec<(Number, &'a Mutant)> {
        let start = node.span().start();
        let place = Place {
            line: start.line,
            column: start.column + 1,
        };
        let found = self.places.remove(&(genre, place)).unwrap_or_default();
        if self.constants == 0 {
            return found;
        }
        self.apart.extend(found.iter().map(|(number, _)| *number));
        Vec::new()
    }

    fn text(&self, node: &impl Spanned) -> &'a str {
        &self.source[node.span().byte_range()]
    }

    fn insert(&mut self, at: usize, opens: bool, mutants: &[Number], pieces: Vec<Piece>) {
        self.insertions.push(Insertion {
            at,
            opens,
            pieces,
            mutants: mutants.to_vec(),
        });
    }

    /// Puts a choice around the expression in `range`: one of `mutated`, or the expression.
    fn choice(&mut self, range: Range<usize>, mutated: Vec<(Number, String)>) {
        if mutated.is_empty() {
            return;
        }
        let numbers: Vec<Number> = mutated.iter().map(|(number, _)| *number).collect();
        let mut pieces = vec![Piece::shared(format!("(match {} {{ ", active(&numbers)))];
        for (number, text) in mutated {
            pieces.push(Piece::shared(format!("{number} => ")));
            pieces.push(Piece {
                text,
                owner: Some(number),
            });
            pieces.push(Piece::shared(", "));
        }
        pieces.push(Piece::shared("_ => "));
        self.insert(range.start, true, &numbers, pieces);
        self.insert(range.end, false, &numbers, vec![Piece::shared(" })")]);
    }

    /// Lets the function with this body give the fixed values of its mutants.
    fn fixed_values(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let Some(first) = body.stmts.first() else {
            return;
        };
        let found = self.at(Genre::FnValue, first);
        if found.is_empty() {
            return;
        }
        let numbers: Vec<Number> = found.iter().map(|(number, _)| *number).collect();
        if let syn::ReturnType::Type(_, given) = &signature.output
            && matches!(**given, syn::Type::ImplTrait(_))
        {
            // A fixed value is of another type than the one that is hidden here.
            self.apart.extend(numbers);
            return;
        }
        let mut pieces = vec![Piece::shared(format!("match {} {{ ", active(&numbers)))];
        for (number, mutant) in found {
            pieces.push(Piece::shared(format!("{number} => ")));
            pieces.push(Piece {
                text: format!("return {}", mutant.replacement),
                owner: Some(number),
            });
            pieces.push(Piece::shared(", "));
        }
        pieces.push(Piece::shared("_ => {} } "));
        self.insert(first.span().byte_range().start, true, &numbers, pieces);
    }

    /// Visits a function: its values, then what is inside.
    fn function(
        &mut self,
        signature: &syn::Signature,
        body: &syn::Block,
        inside: impl FnOnce(&mut Self),
    ) {
        let constant = usize::from(signature.constness.is_some());
        self.constants += constant;
        let before = self.insertions.len();
        self.fixed_values(signature, body);
        inside(self);
        self.constants -= constant;
        let mutants: Vec<Number> = self.insertions[before..]
            .iter()
            .flat_map(|insertion| insertion.mutants.iter().copied())
            .collect();
        self.functions.push((body.span().byte_range(), mutants));
    }

    fn constant(&mut self, inside: impl FnOnce(&mut Self)) {
        self.constants += 1;
        inside(self);
        self.constants -= 1;
    }

    fn woven(mut self) -> Woven {
        // Openers of outer expressions stand before those of inner ones, closers after them;
        // outer ones were visited first, so only the closers change their sequence.
        let mut order: Vec<usize> = (0..self.insertions.len()).collect();
        order.sort_by_key(|index| {
            let insertion = &self.insertions[*index];
            let rank = *index as i64;
            (
                insertion.at,
                insertion.opens,
                if insertion.opens { rank } else { -rank },
            )
        });
        let mut woven = Woven {
            apart: self.apart,
            unviable: self.unviable,
            ..Woven::default()
        };
        let mut copied = 0;
        let mut moved: Vec<(usize, usize)> = Vec::new();
        for index in order {
            let insertion = &self.insertions[index];
            woven.text.push_str(&self.source[copied..insertion.at]);
            copied = insertion.at;
            for piece in &insertion.pieces {
                let start = woven.text.len();
                woven.text.push_str(&piece.text);
                woven.inserted.push(Inserted {
                    range: start..woven.text.len(),
                    mutants: piece
                        .owner
                        .map_or_else(|| insertion.mutants.clone(), |owner| vec![owner]),
                    own: piece.owner.is_some(),
                });
            }
            moved.push((copied, woven.text.len() - copied));
        }
        woven.text.push_str(&self.source[copied..]);
        let now = |at: usize| {
            let after = moved.partition_point(|(from, _)| *from <= at);
            at + after.checked_sub(1).map_or(0, |last| moved[last].1)
        };
        for (range, mutants) in self.functions.drain(..) {
            woven
                .functions
                .push((now(range.start)..now(range.end), mutants));
        }
        woven
    }
}

/// The call that tells which of the mutants is active.
fn active(numbers: &[Number]) -> String {
    format!("crate::mutation_switch::active(&{numbers:?})")
}

/// True when the condition binds names: its `&&` can stand nowhere else.
fn binds(condition: &Expr) -> bool {
    match condition {
        Expr::Let(_) => true,
        Expr::Binary(binary) if matches!(binary.op, BinOp::And(_)) => {
            binds(&binary.left) || binds(&binary.right)
        }
        _ => false,
    }
}

impl<'ast> Visit<'ast> for Loom<'_> {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.function(&item.sig, &item.block, |loom| {
            visit::visit_item_fn(loom, item)
        });
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.function(&item.sig, &item.block, |loom| {
            visit::visit_impl_item_fn(loom, item)
        });
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        match &item.default {
            Some(body) => self.function(&item.sig, body, |loom| {
                visit::visit_trait_item_fn(loom, item)
            }),
            None => visit::visit_trait_item_fn(self, item),
        }
    }

    fn visit_item_const(&mut self, item: &'ast syn::ItemConst) {
        self.constant(|loom| visit::visit_item_const(loom, item));
    }

    fn visit_impl_item_const(&mut self, item: &'ast syn::ImplItemConst) {
        self.constant(|loom| visit::visit_impl_item_const(loom, item));
    }

    fn visit_item_static(&mut self, item: &'ast syn::ItemStatic) {
        self.constant(|loom| visit::visit_item_static(loom, item));
    }

    fn visit_expr_const(&mut self, item: &'ast syn::ExprConst) {
        self.constant(|loom| visit::visit_expr_const(loom, item));
    }

    fn visit_type_array(&mut self, item: &'ast syn::TypeArray) {
        self.constant(|loom| visit::visit_type_array(loom, item));
    }

    fn visit_expr_binary(&mut self, node: &'ast syn::ExprBinary) {
        let found = self.at(Genre::BinaryOperator, &node.op);
        if matches!(node.op, BinOp::And(_)) && (binds(&node.left) || binds(&node.right)) {
            self.unviable
                .extend(found.iter().map(|(number, _)| *number));
        } else {
            let (left, right) = (self.text(&node.left), self.text(&node.right));
            let mutated = found
                .iter()
                .map(|(number, mutant)| {
                    (
                        *number,
                        format!("(({left}) {} ({right}))", mutant.replacement),
                    )
                })
                .collect();
            self.choice(node.span().byte_range(), mutated);
        }
        visit::visit_expr_binary(self, node);
    }

    fn visit_expr_unary(&mut self, node: &'ast syn::ExprUnary) {
        let found = self.at(Genre::UnaryOperator, &node.op);
        let value = self.text(&node.expr);
        let mutated = found
            .iter()
            .map(|(number, _)| (*number, format!("({value})")))
            .collect();
        self.choice(node.span().byte_range(), mutated);
        visit::visit_expr_unary(self, node);
    }

    fn visit_arm(&mut self, arm: &'ast syn::Arm) {
        let deleted = self.at(Genre::MatchArm, arm);
        if let Some((number, _)) = deleted.first() {
            let guard = format!(" if {} != {number}", active(&[*number]));
            let at = arm.pat.span().byte_range().end;
            self.insert(at, true, &[*number], vec![Piece::shared(guard)]);
        }
        if let Some((_, guard)) = &arm.guard {
            let found = self.at(Genre::MatchArmGuard, guard);
            let mutated = found
                .iter()
                .map(|(number, mutant)| (*number, mutant.replacement.clone()))
                .collect();
            self.choice(guard.span().byte_range(), mutated);
        }
        visit::visit_arm(self, arm);
    }

    fn visit_expr_struct(&mut self, node: &'ast syn::ExprStruct) {
        let whole = node.span().byte_range();
        let mut mutated = Vec::new();
        for pair in node.fields.pairs() {
            let field = pair.value();
            for (number, _) in self.at(Genre::StructField, field) {
                let cut = field.span().byte_range();
                let end = pair
                    .punct()
                    .map_or(cut.end, |comma| comma.span().byte_range().end);
                let (head, tail) = (
                    &self.source[whole.start..cut.start],
                    &self.source[end..whole.end],
                );
                mutated.push((number, format!("{head}{tail}")));
            }
        }
        self.choice(whole, mutated);
        visit::visit_expr_struct(self, node);
    }
}
