//! Lines of `[routes]`, and what they match.

use fujsen::Function;
use http::Method;
use serde_json::json;

use super::{RouteMatch, is_void, path::Path, read, table::RouteTable};
use crate::{base::fixture, service::target::Targets};

fn function(name: &str, parameters: &[&str]) -> Function {
    let param = |name: &&str| {
        let kind = if *name == "request" { "request" } else { "text" };
        json!({"name": name, "type": kind, "source": "String"})
    };
    let params: Vec<_> = parameters.iter().map(param).collect();
    serde_json::from_value(json!({"name": name, "params": params, "result": "()"})).unwrap()
}

/// What a section of routes says, one line each: `METHOD path target`, or `code: message (help)`.
fn routes(lines: &[(&str, &str)]) -> Vec<String> {
    let functions = [
        ("users.create", function("create", &["username", "email"])),
        ("users.create_fujsen", function("create", &["username", "email"])),
        ("users.show", function("show", &["id"])),
        ("users.raw", function("raw", &["request"])),
        ("a.b.deep", function("deep", &[])),
        ("home", function("home", &[])),
    ];
    let functions = functions.iter().map(|(path, function)| (*path, function)).collect();
    let routes: serde_json::Map<_, _> = lines
        .iter()
        .map(|(key, value)| ((*key).to_owned(), json!(value)))
        .collect();
    let config = fixture::config(json!({"routes": routes, "empty": {"x": 1}}));
    let print = |d: &tsk::Diagnostic| format!("{}: {} ({})", d.code, d.message, d.help.clone().unwrap_or_default());
    match read::read(&config, &Targets::new(&config, functions)) {
        Ok(read) => {
            let lines = read
                .lines
                .iter()
                .map(|line| format!("{} {} {}", line.method, line.text, line.target));
            lines.chain(read.warnings.iter().map(print)).collect()
        }
        Err(diagnostics) => diagnostics.iter().map(print).collect(),
    }
}

#[test]
fn lines_as_they_are_meant() {
    for (key, value, expected) in [
        ("GET /users/{id}", "users.show", "GET /users/{id} users.show"),
        ("/", "home", "GET / home"),
        (
            "  DELETE   /users/{id} ",
            " users.show ",
            "DELETE /users/{id} users.show",
        ),
        ("POST /users", "users.create_fujsen", "POST /users users.create_fujsen"),
        ("GET /x", "a.b.deep", "GET /x a.b.deep"),
        ("GET /files/{*path}", "users.raw", "GET /files/{*path} users.raw"),
    ] {
        assert_eq!(routes(&[(key, value)]), [expected], "{key}: {value}");
    }
}

#[test]
fn lines_that_are_wrong() {
    for (key, value, expected) in [
        (
            "GTE /x",
            "home",
            "wrong-method: there is no method `GTE` (did you mean `GET`?)",
        ),
        (
            "get /x",
            "home",
            "wrong-method: there is no method `get` (did you mean `GET`?)",
        ),
        (
            "users",
            "home",
            "wrong-route: `users` is not a method and a path (write, for example, `\"GET /users/{id}\"`)",
        ),
        (
            "GET users",
            "home",
            "wrong-path: the path `users` does not start with `/` (write `/users`)",
        ),
        (
            "GET /:id",
            "home",
            "wrong-path: `:id` is not how a path parameter is written (write `{id}`)",
        ),
        (
            "GET /<int:id>",
            "home",
            "wrong-path: `<int:id>` is not how a path parameter is written (write `{id}`)",
        ),
        (
            "GET /{id",
            "home",
            "wrong-path: `{id` has a `{` without a `}` (write a parameter as `{id}`)",
        ),
        (
            "GET /x",
            "users.creat",
            "unknown-fujsen: there is no fujsen `creat` in the section [users] (did you mean `users.create`?)",
        ),
        (
            "GET /x",
            "users.zzzzzzzz",
            "unknown-fujsen: there is no fujsen `zzzzzzzz` in the section [users] (there are: create, raw, show)",
        ),
        (
            "GET /x",
            "usres.create",
            "unknown-fujsen: there is no section [usres] (did you mean `users.create`?)",
        ),
        (
            "GET /x",
            "empty.show",
            "unknown-fujsen: the section [empty] has no fujsens (did you mean `users.show`?)",
        ),
        (
            "GET /x",
            "what is this",
            "wrong-route: the route `GET /x` does not lead to a fujsen (write `section.name`, the section and the name of the fujsen that answers)",
        ),
        (
            "GET /users/{user_id}",
            "users.show",
            "unused-parameter: `users.show` has no parameter `user_id`: what the path gives for it is lost (add a parameter `user_id` to the fujsen, or take it out of the path)",
        ),
    ] {
        let all = routes(&[(key, value)]);
        assert_eq!(all.last().unwrap(), expected, "{key}: {value}");
    }
}

#[test]
fn everything_wrong_is_reported_at_once() {
    let all = routes(&[
        ("GTE users", "nobody.home"),
        ("GET /ok", "home"),
        ("GET /ok/{a}", "users.nope"),
    ]);
    assert_eq!(all.len(), 4, "{all:#?}");
}

#[test]
fn conflicts() {
    for (first, second, conflict) in [
        ("GET /users/{id}", "GET /users/{name}", true),
        ("GET /users/{id}", "PUT /users/{name}", false),
        ("GET /users/{id}", "GET /users/me", false),
        ("/x", "GET /x", true),
        ("GET /{id}", "GET /{*rest}", true),
    ] {
        let all = routes(&[(first, "users.raw"), (second, "users.raw")]);
        assert_eq!(
            all[0].starts_with("route-conflict"),
            conflict,
            "{first} and {second}: {all:?}"
        );
    }
}

#[test]
fn paths_that_are_wrong() {
    for path in [
        "",
        "users",
        "/a b",
        "/a?x=1",
        "/a#b",
        "/a//b",
        "/{id}{x}",
        "/{}",
        "/{1a}",
        "/{a}/{a}",
        "/a}",
        "/{*rest}/b",
        "/x{*rest}",
        "/{a-b}",
        "/{{a}}",
        "/{*}",
        "/a/../b",
        "/a/%2e",
        "/100%",
        "/%4g",
    ] {
        assert!(Path::parse(path).is_err(), "{path}");
    }
    assert_eq!(
        Path::parse("/größe/{id}.json").unwrap().canonical,
        "/gr%C3%B6%C3%9Fe/{p0}.json"
    );
    assert_eq!(Path::parse("/%65%c3%b6%2f").unwrap().canonical, "/e%C3%B6%2F");
}

fn table() -> RouteTable<&'static str> {
    let mut table = RouteTable::new();
    for line in [
        "GET /",
        "GET /users",
        "POST /users",
        "GET /users/{id}",
        "PUT /users/{name}",
        "GET /users/me",
        "GET /files/{*path}",
        "GET /dir/",
        "HEAD /own",
        "GET /own",
        "OPTIONS /opt",
        "GET /größe",
        "GET /a/{x}/b/{y}.json",
    ] {
        let (method, path) = line.split_once(' ').unwrap();
        table
            .insert(
                Method::from_bytes(method.as_bytes()).unwrap(),
                Path::parse(path).unwrap(),
                line,
            )
            .unwrap();
    }
    table
}

#[test]
fn finding() {
    let table = table();
    for (request, expected) in [
        ("GET /", "GET /"),
        ("GET /users", "GET /users"),
        ("GET /users/", "GET /users"),
        ("GET /dir", "GET /dir/"),
        ("GET /users/7", "GET /users/{id} id=7"),
        ("GET /users/7/", "GET /users/{id} id=7"),
        ("PUT /users/7", "PUT /users/{name} name=7"),
        ("GET /users/me", "GET /users/me"),
        ("GET /users/a%20b%2Fc", "GET /users/{id} id=a b/c"),
        ("GET /users/%FF", "undecodable"),
        ("GET /files/a/b.txt", "GET /files/{*path} path=a/b.txt"),
        ("GET /files/a/", "GET /files/{*path} path=a/"),
        ("GET /files/", "nothing"),
        ("GET /gr%C3%B6%C3%9Fe", "GET /größe"),
        ("GET /a/1/b/2.json", "GET /a/{x}/b/{y}.json x=1 y=2"),
        ("HEAD /users", "GET /users"),
        ("HEAD /own", "HEAD /own"),
        ("OPTIONS /opt", "OPTIONS /opt"),
        ("OPTIONS /users", "other: GET, POST, HEAD, OPTIONS"),
        ("DELETE /users/7", "other: GET, PUT, HEAD, OPTIONS"),
        ("DELETE /users/me", "other: GET, HEAD, OPTIONS"),
        ("GET /nope", "nothing"),
        ("GET //", "nothing"),
        ("GET ", "nothing"),
        ("OPTIONS *", "nothing"),
    ] {
        let (method, path) = request.split_once(' ').unwrap();
        let found = match table.find(&Method::from_bytes(method.as_bytes()).unwrap(), path) {
            RouteMatch::Route { route, parameters } => {
                parameters.iter().fold((*route).to_owned(), |all, (name, value)| {
                    format!("{all} {name}={value}")
                })
            }
            RouteMatch::OtherMethods(allow) => format!("other: {}", allow.to_str().unwrap()),
            RouteMatch::Undecodable => "undecodable".to_owned(),
            RouteMatch::Nothing => "nothing".to_owned(),
        };
        assert_eq!(found, expected, "{request}");
    }
}

#[test]
fn void_results() {
    for (result, expected) in [
        ("", true),
        ("()", true),
        ("void", true),
        ("Result<()>", true),
        ("Result<(), Error>", true),
        ("Option<User>", false),
        ("Result<(i64, i64)>", false),
        ("Value", false),
    ] {
        assert_eq!(is_void(result), expected, "{result}");
    }
}
