//! JSON documents as trees: a key is a node, the items of a list are nodes of the list's name.

use serde_json::Value;

use crate::tree::Tree;

const TOO_LARGE: &str = "has too many values; split the file";

/// The documents of a file, one after the other.
pub(crate) fn read(text: &str) -> Vec<Result<Tree, String>> {
    let mut trees = Vec::new();
    for document in serde_json::Deserializer::from_str(text).into_iter::<Value>() {
        trees.push(match document {
            Ok(value) => {
                let mut tree = Tree::new();
                match put(&mut tree, Tree::ROOT, &value) {
                    Some(()) => Ok(tree.numbered()),
                    None => Err(TOO_LARGE.to_owned()),
                }
            }
            // Nothing behind the first fault of a text can be read.
            Err(error) => Err(format!("is no JSON: {error}")),
        });
    }
    trees
}

fn put(tree: &mut Tree, node: usize, value: &Value) -> Option<()> {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                put_named(tree, node, name, value)?;
            }
        }
        Value::Array(items) => {
            for item in items {
                put_named(tree, node, "item", item)?;
            }
        }
        Value::Null => {}
        Value::String(text) => tree.set_text(node, Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => tree.set_text(node, Some(value.to_string())),
    }
    Some(())
}

fn put_named(tree: &mut Tree, node: usize, name: &str, value: &Value) -> Option<()> {
    match value {
        Value::Array(items) => {
            for item in items {
                let child = tree.add(node, name, None)?;
                put(tree, child, item)?;
            }
            Some(())
        }
        value => {
            let child = tree.add(node, name, None)?;
            put(tree, child, value)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::TreePath;

    #[test]
    fn the_items_of_a_list_are_nodes_of_its_name() {
        let trees = read(r#"{"m": [{"a": "1"}, {"a": 2.50}], "t": true} {"m": {"a": null}}"#);
        let found: Vec<Vec<Option<String>>> = trees
            .iter()
            .map(|tree| {
                let tree = tree.as_ref().unwrap();
                let nodes = TreePath::parse("/m/a").unwrap().find(tree, Tree::ROOT);
                let text = |node: usize| tree.text(node).map(str::to_owned);
                nodes.into_iter().map(text).collect()
            })
            .collect();
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(found, [vec![text("1"), text("2.5")], vec![None]]);
    }

    #[test]
    fn what_is_no_json_is_told_beside_what_could_be_read() {
        let trees = read("{\"a\": 1}\n{\"a\": }");
        assert!(trees[0].is_ok());
        assert!(
            trees[1].as_ref().unwrap_err().contains("line 2"),
            "{:?}",
            trees[1]
        );
    }
}
