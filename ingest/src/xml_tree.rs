//! XML documents as trees: an element is a node of its local name, an attribute one named `@name`.

use roxmltree::{Document, Node, NodeType, ParsingOptions};

use crate::tree::{NODES_MAX, Tree};

/// The document of a file.
pub(crate) fn read(text: &str) -> Result<Tree, String> {
    let options = ParsingOptions {
        allow_dtd: false,
        nodes_limit: u32::try_from(NODES_MAX).unwrap_or(u32::MAX),
        ..ParsingOptions::default()
    };
    let document = Document::parse_with_options(text, options)
        .map_err(|error| format!("is no XML: {error}"))?;
    let mut tree = Tree::new();
    // The nesting of a document is the sender's: no recursion.
    let mut open = vec![(document.root_element(), Tree::ROOT)];
    while let Some((element, parent)) = open.pop() {
        let Some(node) = put(&mut tree, element, parent) else {
            return Err("has too many elements; split the file".to_owned());
        };
        let children: Vec<Node<'_, '_>> = element.children().filter(Node::is_element).collect();
        open.extend(children.into_iter().rev().map(|child| (child, node)));
    }
    Ok(tree.numbered())
}

fn put(tree: &mut Tree, element: Node<'_, '_>, parent: usize) -> Option<usize> {
    let mut text = String::new();
    for part in element
        .children()
        .filter(|part| part.node_type() == NodeType::Text)
    {
        text.push_str(part.text().unwrap_or_default());
    }
    let text = text.trim();
    let text = (!text.is_empty()).then(|| text.to_owned());
    let node = tree.add(parent, element.tag_name().name(), text)?;
    for attribute in element.attributes() {
        let name = format!("@{}", attribute.name());
        tree.add(node, &name, Some(attribute.value().to_owned()))?;
    }
    Some(node)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::TreePath;

    #[test]
    fn elements_and_attributes_are_nodes_of_their_local_names() {
        let text = "\u{feff}<?xml version=\"1.0\"?>\n<b:A xmlns:b=\"urn:b\" b:id=\"7\">\
                    <B> 1 </B>\n<C/><B><![CDATA[2]]></B></b:A>";
        let tree = read(text).unwrap();
        for (path, expected) in [
            ("/A/@id", Some("7")),
            ("/A/B", Some("1")),
            ("/A/C", None),
            ("/A", None),
        ] {
            let found = TreePath::parse(path).unwrap().text(&tree, Tree::ROOT);
            assert_eq!(found, expected, "{path}");
        }
        let path = TreePath::parse("//B").unwrap();
        assert_eq!(path.find(&tree, Tree::ROOT).len(), 2);
    }

    #[test]
    fn a_text_that_declares_entities_is_refused() {
        for text in ["<a", "", "<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
