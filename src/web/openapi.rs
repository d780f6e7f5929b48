//! The OpenAPI 3.1 document, made from the list of routes.
use super::routes::{Described, Route, routes};
use serde_json::{Map, Value, json};

/// Errors that any call may answer, in the order of their status.
const ERRORS: &[(&str, &str)] = &[
    ("401", "Not signed in, or the token has ended"),
    ("403", "Visible, but not allowed; `who_can` says who could do it"),
    ("404", "Does not exist, or is not visible to you"),
    ("409", "A rule refuses; nothing was changed"),
    ("412", "Somebody else was faster; `changed_since` says where"),
    ("422", "The request cannot be understood; `field` says where"),
    ("503", "Busy; try again after Retry-After seconds"),
];

/// The document.
pub fn document() -> Value {
    let mut paths: Map<String, Value> = Map::new();
    let mut schemas = Map::new();
    for route in routes(false).iter().filter(|r| !r.doc.summary.is_empty()) {
        let operation = operation(route, &mut schemas);
        let item = paths.entry(route.path).or_insert_with(|| json!({}));
        if let Some(item) = item.as_object_mut() {
            item.insert(route.method.to_lowercase(), operation);
        }
    }
    schemas.insert("Problem".to_owned(), problem());
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Subscription Center",
            "version": env!("CARGO_PKG_VERSION"),
            "description": "Who looks after which serial number of a subscription contract, and why.",
            "license": {"name": "Apache-2.0 OR MIT", "identifier": "Apache-2.0 OR MIT"}
        },
        "servers": [{"url": "/"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}}
        }
    })
}

fn operation(route: &Route, schemas: &mut Map<String, Value>) -> Value {
    let mut parameters: Vec<Value> = path_parameters(route.path).collect();
    parameters.extend(route.doc.query.iter().map(|(name, means)| {
        json!({"name": name, "in": "query", "required": false, "description": means, "schema": {"type": "string"}})
    }));
    if route.method == "POST" {
        let means = "The same key twice has one effect and one answer, for 24 hours";
        parameters.push(json!({"name": "Idempotency-Key", "in": "header", "required": false, "description": means,
            "schema": {"type": "string", "maxLength": 255}}));
        let means = "The version in `ETag` that you saw; 412 where it has moved on";
        parameters.push(json!({"name": "If-Match", "in": "header", "required": false, "description": means,
            "schema": {"type": "string"}}));
    }
    let mut responses = Map::new();
    let done = match &route.doc.gives {
        Some(gives) => {
            let content = json!({"application/json": {"schema": reference(gives, schemas)}});
            json!({"description": "Done", "content": content})
        }
        None => json!({"description": "Done"}),
    };
    responses.insert("200".to_owned(), done);
    for (status, means) in ERRORS {
        let content = json!({"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}});
        responses.insert((*status).to_owned(), json!({"description": means, "content": content}));
    }
    let mut operation = json!({
        "operationId": format!("{} {}", route.action.name(), route.path).replace([' ', '/'], "_").replace(['{', '}'], ""),
        "summary": route.doc.summary,
        "parameters": parameters,
        "responses": responses,
    });
    if let (Some(takes), Some(fields)) = (&route.doc.takes, operation.as_object_mut()) {
        let content = json!({"application/json": {"schema": reference(takes, schemas)}});
        fields.insert("requestBody".to_owned(), json!({"required": true, "content": content}));
    }
    operation
}

fn path_parameters(path: &'static str) -> impl Iterator<Item = Value> {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    names.map(|name| json!({"name": name, "in": "path", "required": true, "schema": {"type": "string"}}))
}

fn reference(described: &Described, schemas: &mut Map<String, Value>) -> Value {
    for (name, schema) in &described.parts {
        schemas.entry(name.as_str()).or_insert_with(|| serde_json::to_value(schema).unwrap_or(Value::Null));
    }
    let own = serde_json::to_value(&described.schema).unwrap_or(Value::Null);
    schemas.entry(described.name.as_str()).or_insert(own);
    json!({"$ref": format!("#/components/schemas/{}", described.name)})
}

fn problem() -> Value {
    json!({
        "type": "object",
        "description": "RFC 9457 problem details",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string", "description": "Stable: /problems/NAME"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "field": {"type": "string"},
            "who_can": {"type": "array", "items": {"type": "object"}},
            "refused": {"type": "array", "items": {"type": "object"}},
            "changed_since": {"type": "array", "items": {"type": "string"}},
            "notices": {"type": "integer"}
        }
    })
}
