//! Collections in the description of the routes.

use serde_json::json;
use utoipa::openapi::path::{
    HttpMethod, OperationBuilder, Parameter, ParameterBuilder, ParameterIn,
};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{
    ContentBuilder, HeaderBuilder, OpenApi, Ref, Required, ResponseBuilder, ResponsesBuilder,
};
use utoipa::{IntoParams, Modify, ToSchema};

use super::collection::{Collection, ItemQuery, Narrowing};
use super::collections;
use crate::answer::Part;
use crate::past::When;
use crate::problem::Problem;
use crate::sort::Sort;

/// Adds the routes of every collection to a description.
pub(super) struct Collections;

impl Modify for Collections {
    fn modify(&self, description: &mut OpenApi) {
        let get = || vec![HttpMethod::Get];
        for collection in &collections::ALL {
            let list = collection.list_path();
            let item = format!("{list}/{{id}}");
            let paths = &mut description.paths;
            paths.add_path_operation(list, get(), collection.list_operation());
            paths.add_path_operation(item, get(), collection.item_operation());
        }
    }
}

impl Collection {
    fn list_operation(&self) -> OperationBuilder {
        let part = Part::into_params(|| Some(ParameterIn::Query));
        let narrowings = self.narrowed_by.iter();
        let narrowings = narrowings.map(|(by, meaning)| query_parameter(*by, meaning));
        OperationBuilder::new()
            .tag(self.many)
            .operation_id(Some(format!("list_{}", self.path.replace('-', "_"))))
            .summary(Some(format!("The {} of a plant.", self.many)))
            .parameter(path_parameter("plant", "Plant".to_owned()))
            .parameters(Some(part))
            .parameter(self.sort_parameter())
            .parameters(Some(When::into_params(|| Some(ParameterIn::Query))))
            .parameters(Some(narrowings))
            .responses(
                ResponsesBuilder::new()
                    .response("200", answer("ListAnswer", &(self.view)()))
                    .response("400", problem())
                    .response("404", problem())
                    .response("410", problem())
                    .response("503", problem()),
            )
    }

    fn sort_parameter(&self) -> Parameter {
        let words = ObjectBuilder::new()
            .schema_type(Type::String)
            .enum_values(Some(Sort::words(self.kind)));
        ParameterBuilder::new()
            .name("sort")
            .parameter_in(ParameterIn::Query)
            .required(Required::False)
            .description(Some(
                "In which order; `-` in front turns it round. `id` when absent. What has nothing \
                 to be sorted by comes last.",
            ))
            .schema(Some(words))
            .build()
    }

    fn item_operation(&self) -> OperationBuilder {
        let (summary, id) = (
            format!("One {}.", self.one),
            format!("Id of the {}", self.one),
        );
        let (summary, id) = match self.slashed_id {
            None => (summary, id),
            Some(like) => (
                format!("{summary} Its id has a slash, which may stand in the path as it is."),
                format!("{id}, like {like}"),
            ),
        };
        let unchanged =
            ResponseBuilder::new().description("The item is still as `If-None-Match` says");
        OperationBuilder::new()
            .tag(self.many)
            .operation_id(Some(format!("get_{}", self.one.replace(' ', "_"))))
            .summary(Some(summary))
            .parameter(path_parameter("plant", "Plant".to_owned()))
            .parameter(path_parameter("id", id))
            .parameters(Some(ItemQuery::into_params(|| Some(ParameterIn::Query))))
            .parameters(Some(When::into_params(|| Some(ParameterIn::Query))))
            .responses(
                ResponsesBuilder::new()
                    .response(
                        "200",
                        answer("ItemAnswer", &(self.view)())
                            .header("etag", HeaderBuilder::new().build()),
                    )
                    .response("304", unchanged)
                    .response("400", problem())
                    .response("404", problem())
                    .response("410", problem())
                    .response("503", problem()),
            )
    }
}

impl Narrowing {
    fn schema(self) -> ObjectBuilder {
        let text = ObjectBuilder::new().schema_type(Type::String);
        match self {
            Narrowing::State(words) | Narrowing::Severity(words) => {
                text.enum_values(Some(words.iter().copied()))
            }
            Narrowing::Held | Narrowing::Blocking => {
                ObjectBuilder::new().schema_type(Type::Boolean)
            }
            Narrowing::Kind
            | Narrowing::WorkCenter
            | Narrowing::Order
            | Narrowing::Lot
            | Narrowing::Material => text,
        }
    }

    fn example(self) -> Option<serde_json::Value> {
        (self == Narrowing::Kind).then(|| json!("release"))
    }
}

fn path_parameter(name: &str, meaning: String) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some(meaning))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String)))
        .build()
}

fn query_parameter(narrowing: Narrowing, meaning: &str) -> Parameter {
    ParameterBuilder::new()
        .name(narrowing.name())
        .parameter_in(ParameterIn::Query)
        .required(Required::False)
        .description(Some(meaning))
        .schema(Some(narrowing.schema()))
        .example(narrowing.example())
        .build()
}

/// The answer with the schema `wrap` around an item. Its words come with its status.
fn answer(wrap: &str, view: &str) -> ResponseBuilder {
    let schema = Ref::from_schema_name(format!("{wrap}_{view}"));
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().content("application/json", content)
}

fn problem() -> ResponseBuilder {
    let schema = Ref::from_schema_name(Problem::name());
    let content = ContentBuilder::new().schema(Some(schema)).build();
    ResponseBuilder::new().content("application/problem+json", content)
}
