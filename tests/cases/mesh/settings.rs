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
