//! A document as a tree of named nodes, whatever its format, and paths into it.

use std::collections::HashMap;

/// Nodes of one document; a larger one must be split.
pub(crate) const NODES_MAX: usize = 4_000_000;

/// Why a path cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct InvalidPath(pub(crate) String);

#[derive(Debug)]
struct Node {
    name: String,
    text: Option<String>,
    parent: Option<usize>,
    children: Vec<usize>,
    /// Place among the siblings of the same name, from 1; 0 for the only one.
    twin: usize,
}

/// The nodes of one document. The root, node 0, stands for the document itself and has no name.
#[derive(Debug)]
pub(crate) struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    /// The node that stands for the document.
    pub(crate) const ROOT: usize = 0;

    pub(crate) fn new() -> Tree {
        Tree {
            nodes: vec![Node {
                name: String::new(),
                text: None,
                parent: None,
                children: Vec::new(),
                twin: 0,
            }],
        }
    }

    /// Puts a node below another one; `None` when there are too many.
    pub(crate) fn add(&mut self, parent: usize, name: &str, text: Option<String>) -> Option<usize> {
        let id = self.nodes.len();
        if id >= NODES_MAX {
            return None;
        }
        self.nodes.push(Node {
            name: name.to_owned(),
            text,
            parent: Some(parent),
            children: Vec::new(),
            twin: 0,
        });
        self.nodes[parent].children.push(id);
        Some(id)
    }

    pub(crate) fn set_text(&mut self, node: usize, text: Option<String>) {
        self.nodes[node].text = text;
    }

    pub(crate) fn text(&self, node: usize) -> Option<&str> {
        self.nodes[node].text.as_deref()
    }

    /// Numbers siblings that share a name. Call it once, when all nodes are there.
    pub(crate) fn numbered(mut self) -> Tree {
        let mut numbers = vec![0; self.nodes.len()];
        for node in &self.nodes {
            let mut of_name: HashMap<&str, (usize, usize)> = HashMap::new();
            for child in &node.children {
                let (count, first) = of_name
                    .entry(&self.nodes[*child].name)
                    .or_insert((0, *child));
                *count += 1;
                if *count > 1 {
                    numbers[*first] = 1;
                    numbers[*child] = *count;
                }
            }
        }
        for (node, number) in self.nodes.iter_mut().zip(numbers) {
            node.twin = number;
        }
        self
    }

    /// Where a node stands, like `/message[2]/Material`.
    pub(crate) fn place(&self, node: usize) -> String {
        let mut parts = Vec::new();
        let mut at = &self.nodes[node];
        while let Some(parent) = at.parent {
            parts.push(match at.twin {
                0 => at.name.clone(),
                place => format!("{}[{place}]", at.name),
            });
            at = &self.nodes[parent];
        }
        parts.reverse();
        format!("/{}", parts.join("/"))
    }

    /// Names of a node's first children, for messages.
    pub(crate) fn child_names(&self, node: usize) -> String {
        const SHOWN_MAX: usize = 5;
        let children = self.nodes[node].children.iter();
        let first = children.filter(|child| self.nodes[**child].twin <= 1);
        let names: Vec<&str> = first
            .map(|child| self.nodes[*child].name.as_str())
            .collect();
        match names.len() > SHOWN_MAX {
            true => format!("{} and others", names[..SHOWN_MAX].join(", ")),
            false => names.join(", "),
        }
    }

    fn ancestor(&self, node: usize, name: &str) -> Option<usize> {
        let mut at = self.nodes[node].parent;
        while let Some(found) = at.filter(|found| self.nodes[*found].name != name) {
            at = self.nodes[found].parent;
        }
        at
    }

    fn descendants(&self, node: usize, found: &mut Vec<usize>) {
        let mut open: Vec<usize> = self.nodes[node].children.iter().rev().copied().collect();
        while let Some(next) = open.pop() {
            found.push(next);
            open.extend(self.nodes[next].children.iter().rev());
        }
    }
}

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Parent,
    Ancestor(String),
    Child(Named),
    Descendant(Named),
}

/// A node's name, and the text that one of its children must have.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Named {
    name: String,
    having: Option<(String, String)>,
}

/// A path from a node: `A/B`, `..`, `^Nearest ancestor`, `A[ID=x]/B`, `@attribute`; from the
/// document when it begins with `/`, and at any depth behind `//`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TreePath {
    from_root: bool,
    steps: Vec<Step>,
}

impl TreePath {
    pub(crate) fn parse(text: &str) -> Result<TreePath, InvalidPath> {
        let from_root = text.starts_with('/');
        let mut rest = text;
        let mut steps = Vec::new();
        let mut deep = false;
        if let Some(inner) = rest.strip_prefix("//") {
            (rest, deep) = (inner, true);
        } else if let Some(inner) = rest.strip_prefix('/') {
            rest = inner;
        }
        if rest.is_empty() && from_root && !deep {
            return Ok(TreePath { from_root, steps });
        }
        let parts = split_steps(rest);
        let last = parts.len() - 1;
        for (place, part) in parts.into_iter().enumerate() {
            if part.is_empty() && !deep && place > 0 && place < last {
                deep = true;
                continue;
            }
            steps.push(Step::parse(part, std::mem::take(&mut deep))?);
        }
        Ok(TreePath { from_root, steps })
    }

    /// All nodes that the path leads to, in the document's order.
    pub(crate) fn find(&self, tree: &Tree, from: usize) -> Vec<usize> {
        let mut at = vec![if self.from_root { Tree::ROOT } else { from }];
        for step in &self.steps {
            let mut next = Vec::new();
            for node in at {
                step.go(tree, node, &mut next);
            }
            at = next;
        }
        at
    }

    /// The text of the first node that the path leads to and that has one.
    pub(crate) fn text<'t>(&self, tree: &'t Tree, from: usize) -> Option<&'t str> {
        let nodes = self.find(tree, from);
        nodes.into_iter().find_map(|node| tree.text(node))
    }
}

/// The parts between slashes; a slash within brackets separates nothing.
fn split_steps(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut inside) = (0, false);
    for (at, letter) in text.char_indices() {
        match letter {
            '[' => inside = true,
            ']' => inside = false,
            '/' if !inside => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

impl Step {
    fn parse(part: &str, deep: bool) -> Result<Step, InvalidPath> {
        if part == ".." && !deep {
            return Ok(Step::Parent);
        }
        if let (Some(name), false) = (part.strip_prefix('^'), deep) {
            return Ok(Step::Ancestor(name.to_owned()));
        }
        let (name, having) = match part.split_once('[') {
            None => (part, None),
            Some((name, rest)) => {
                let pair = rest.strip_suffix(']').and_then(|pair| pair.split_once('='));
                let Some((child, text)) = pair else {
                    return Err(InvalidPath(format!("{part:?}: write Name[Child=text]")));
                };
                (name, Some((child.to_owned(), text.to_owned())))
            }
        };
        if name.is_empty() {
            return Err(InvalidPath("has a step without a name".to_owned()));
        }
        let name = name.to_owned();
        let named = Named { name, having };
        Ok(if deep {
            Step::Descendant(named)
        } else {
            Step::Child(named)
        })
    }

    fn go(&self, tree: &Tree, node: usize, found: &mut Vec<usize>) {
        match self {
            Step::Parent => found.extend(tree.nodes[node].parent),
            Step::Ancestor(name) => found.extend(tree.ancestor(node, name)),
            Step::Child(named) => {
                let children = tree.nodes[node].children.iter().copied();
                found.extend(children.filter(|child| named.fits(tree, *child)));
            }
            Step::Descendant(named) => {
                let mut below = Vec::new();
                tree.descendants(node, &mut below);
                found.extend(below.into_iter().filter(|child| named.fits(tree, *child)));
            }
        }
    }
}

impl Named {
    fn fits(&self, tree: &Tree, node: usize) -> bool {
        tree.nodes[node].name == self.name
            && self.having.as_ref().is_none_or(|(name, text)| {
                tree.nodes[node].children.iter().any(|child| {
                    tree.nodes[*child].name == *name && tree.text(*child) == Some(text)
                })
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `<lot><ID>L1</ID><part><ID>a</ID></part><part><ID>b</ID><q>2</q></part></lot>`
    fn tree() -> (Tree, usize) {
        let mut tree = Tree::new();
        let lot = tree.add(Tree::ROOT, "lot", None).unwrap();
        tree.add(lot, "ID", Some("L1".into())).unwrap();
        for (id, quantity) in [("a", None), ("b", Some("2"))] {
            let part = tree.add(lot, "part", None).unwrap();
            tree.add(part, "ID", Some(id.into())).unwrap();
            if let Some(quantity) = quantity {
                tree.add(part, "q", Some(quantity.into())).unwrap();
            }
        }
        (tree.numbered(), lot)
    }

    #[test]
    fn a_path_leads_down_up_and_to_what_has_a_certain_child() {
        let (tree, lot) = tree();
        let second = TreePath::parse("part").unwrap().find(&tree, lot)[1];
        for (from, path, expected) in [
            (lot, "part/ID", Some("a")),
            (lot, "part[ID=b]/q", Some("2")),
            (lot, "part[ID=a]/q", None),
            (second, "../ID", Some("L1")),
            (second, "^lot/part/ID", Some("a")),
            (second, "^crate/ID", None),
            (second, "/lot/ID", Some("L1")),
            (second, "//q", Some("2")),
            (second, "/lot//q", Some("2")),
            (second, "missing", None),
        ] {
            let text = TreePath::parse(path).unwrap().text(&tree, from);
            assert_eq!(text, expected, "{path}");
        }
        assert_eq!(tree.place(second), "/lot/part[2]");
        assert_eq!(tree.child_names(lot), "ID, part");
    }

    #[test]
    fn a_path_that_says_nothing_is_refused() {
        for path in ["", "a///b", "a/", "a//", "a[b", "a[b]", "//"] {
            assert!(TreePath::parse(path).is_err(), "{path}");
        }
        assert!(TreePath::parse("a[b=c/d]").is_ok());
    }
}
