//! JSON merge patches, RFC 7396.

use serde_json::{Map, Value};

/// The patch that makes `new` of `old`. In both, a member that is `null` counts as absent, since a
/// merge patch cannot tell these apart.
pub(crate) fn merge_patch(old: &Value, new: &Value) -> Value {
    let (Value::Object(old), Value::Object(new)) = (old, new) else {
        return new.clone();
    };
    let mut patch = Map::new();
    for name in old.keys() {
        if is_absent(new.get(name)) && !is_absent(old.get(name)) {
            patch.insert(name.clone(), Value::Null);
        }
    }
    for (name, value) in new {
        match old.get(name) {
            _ if value.is_null() => {}
            Some(before) if before == value => {}
            Some(before) if before.is_object() && value.is_object() => {
                patch.insert(name.clone(), merge_patch(before, value));
            }
            _ => {
                patch.insert(name.clone(), value.clone());
            }
        }
    }
    Value::Object(patch)
}

fn is_absent(value: Option<&Value>) -> bool {
    value.is_none_or(Value::is_null)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// MergePatch(Target, Patch) of RFC 7396, section 2, word by word.
    fn applied(target: Value, patch: &Value) -> Value {
        let Value::Object(patch) = patch else {
            return patch.clone();
        };
        let mut target = match target {
            Value::Object(target) => target,
            _ => Map::new(),
        };
        for (name, value) in patch {
            if value.is_null() {
                target.remove(name);
            } else {
                let before = target.remove(name).unwrap_or(Value::Null);
                target.insert(name.clone(), applied(before, value));
            }
        }
        Value::Object(target)
    }

    fn without_nulls(value: &Value) -> Value {
        match value {
            Value::Object(members) => {
                let kept = members.iter().filter(|(_, value)| !value.is_null());
                kept.map(|(name, value)| (name.clone(), without_nulls(value)))
                    .collect()
            }
            other => other.clone(),
        }
    }

    #[test]
    fn a_patch_makes_the_new_state_of_the_old_one() {
        let states = [
            json!({"id": "A", "n": 1, "place": null, "q": {"value": "1", "unit": "H87"}, "l": [1]}),
            json!({"id": "A", "n": 1, "place": "P", "q": {"value": "2", "unit": "H87"}, "l": []}),
            json!({"id": "A", "n": 2, "q": null, "l": [{"a": null}]}),
            json!({"id": "A", "q": {"value": "2", "unit": "KGM", "more": {"deep": true}}}),
            json!({"id": "A", "q": {"value": "2", "more": {"deep": false, "flat": 1}}}),
            json!({"id": "A", "q": {"more": "text"}}),
        ];
        for old in &states {
            for new in &states {
                let patch = merge_patch(old, new);
                let made = applied(without_nulls(old), &patch);
                assert_eq!(
                    made,
                    without_nulls(new),
                    "{old} and {patch} should make {new}"
                );
            }
            assert_eq!(merge_patch(old, old), json!({}));
        }
    }
}
