//! What `[mesh]` and `[tls]` refuse, and what `check` prints of them.

use super::{PAYMENT, POLICY, SECRET, with};
use crate::harness::{Folder, tusk_with};

#[test]
fn mistakes_are_refused_where_they_stand() {
    for (old, new, expected) in [
        (
            "@env.secure(\"MESH_SECRET\")",
            "@env.secure(\"SHORT\")",
            &["service.tsk:11:9", "5 bytes", "openssl rand -hex 32"][..],
        ),
        (
            "POST /rust/charges",
            "POST /rust/charge",
            &["service.tsk:13:5", "did you mean `\"POST /rust/charges\"`?"],
        ),
        (
            "secret: @env.secure(\"MESH_SECRET\")",
            "token_lifetime: \"1m\"",
            &["`mesh.secret` is missing"],
        ),
        (
            "allow: {",
            "token_lifetime: 5\nallow: {",
            &["service.tsk:12:17", "from 10s to 3600s"],
        ),
    ] {
        let folder = Folder::new(&with(PAYMENT, &POLICY.replacen(old, new, 1)));
        let variables = [("MESH_SECRET", SECRET), ("SHORT", "short")];
        let output = tusk_with(folder.path(), &["check", "service.tsk"], &variables);
        assert_eq!(output.code, Some(1), "{output:?}");
        for part in expected {
            assert!(output.stderr.contains(part), "`{part}` is not in\n{}", output.stderr);
        }
    }
}

#[test]
fn check_prints_who_may_call() {
    let folder = Folder::new(&with(PAYMENT, POLICY));
    let check = |format: &str| {
        let arguments = ["check", "service.tsk", "--format", format];
        tusk_with(folder.path(), &arguments, &[("MESH_SECRET", SECRET)]).stdout
    };
    let text = check("text");
    let line = |route: &str| text.lines().find(|line| line.contains(route)).unwrap().to_owned();
    assert!(line("/rust/charges").ends_with("for order-service"), "{text}");
    assert!(line("/other").ends_with("for user-service"), "{text}");
    assert!(!line("/health").contains("for "), "{text}");
    let json: serde_json::Value = serde_json::from_str(&check("json")).unwrap();
    let routes = json["routes"].as_array().unwrap();
    let callers = |path: &str| &routes.iter().find(|route| route["path"] == path).unwrap()["callers"];
    assert_eq!(callers("/rust/accounts/{id}"), &serde_json::json!(["*"]));
    assert!(callers("/health").is_null());
}

#[test]
fn a_secret_in_the_file_is_warned_of_and_a_secure_one_never_shown() {
    let written = POLICY.replacen("@env.secure(\"MESH_SECRET\")", &format!("\"{SECRET}\""), 1);
    let folder = Folder::new(&with(PAYMENT, &written));
    let output = tusk_with(folder.path(), &["check", "service.tsk"], &[]);
    assert_eq!(output.code, Some(0), "{output:?}");
    assert!(
        output.stderr.contains("mesh-secret") && output.stderr.contains("@env.secure"),
        "{output:?}"
    );

    let folder = Folder::new(&with(PAYMENT, POLICY));
    for arguments in [&["check", "service.tsk"][..], &["get", "service.tsk", "mesh"]] {
        let output = tusk_with(folder.path(), arguments, &[("MESH_SECRET", SECRET)]);
        assert_eq!(output.code, Some(0), "{output:?}");
        assert!(!format!("{output:?}").contains(SECRET), "{output:?}");
    }
}
