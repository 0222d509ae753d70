//! Certificates: read, replaced, refused.

use std::{fs, path::Path, sync::Arc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair, SanType, date_time_ymd};
use tempfile::TempDir;
use tsk::{Diagnostic, Options};

use super::{Peer, Tls, files};
use crate::{base::folder::Folder, observe::metrics::Metrics};

/// A folder with certificates of one authority.
struct Certificates {
    folder: TempDir,
    authority: CertifiedIssuer<'static, KeyPair>,
}

impl Certificates {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let own = Self {
            folder: tempfile::tempdir().unwrap(),
            authority,
        };
        own.write("ca.pem", &own.authority.pem());
        own.issue("cert", 4096);
        own.issue("other", 4096);
        own.issue("old", 2001);
        own
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// `name.pem` and `name.key`.
    fn issue(&self, name: &str, until: i32) {
        let mut params = CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()]).unwrap();
        params
            .subject_alt_names
            .push(SanType::DnsName("*.example".try_into().unwrap()));
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().unwrap();
        self.write(
            &format!("{name}.pem"),
            &params.signed_by(&key, &self.authority).unwrap().pem(),
        );
        self.write(&format!("{name}.key"), &key.serialize_pem());
    }

    fn load(&self, section: &str) -> Result<(Tls, Vec<Diagnostic>), Vec<Diagnostic>> {
        let text = format!("[tls]\n{section}\n");
        let environment = Folder::open(self.folder.path()).unwrap();
        let config = tsk::load("service.tsk", &text, &environment, Options::default()).unwrap();
        Tls::new(&config, &self.folder.path().join("service.tsk"), &Metrics::default())
    }

    /// What is wrong, with its help.
    fn wrong(&self, section: &str) -> String {
        let found = match self.load(section) {
            Ok((_, warnings)) => warnings,
            Err(errors) => errors,
        };
        let shown = found.iter().map(|one| {
            assert!(one.span.is_some(), "{one:?}");
            format!("{}: {}\n  {}\n", one.code, one.message, one.help.as_deref().unwrap())
        });
        shown.collect()
    }
}

#[test]
fn without_a_section_there_is_none() {
    let config = crate::capability::fixture::config(serde_json::json!({}));
    let (tls, warnings) = Tls::new(&config, Path::new("service.tsk"), &Metrics::default()).unwrap();
    assert!(tls.incoming.is_none() && !tls.outgoing.has_certificate() && warnings.is_empty());
    tls.outgoing.config(true).unwrap();
}

#[test]
fn what_is_sound_is_taken() {
    let certificates = Certificates::new();
    let all = "certificate: \"cert.pem\"\nkey: \"cert.key\"\nclient_ca: \"ca.pem\"\nclient_auth: \"optional\"\n\
        ca: \"ca.pem\"\nclient_certificate: \"cert.pem\"\nclient_key: \"cert.key\"";
    let (tls, warnings) = certificates.load(all).unwrap();
    assert!(warnings.is_empty(), "{warnings:?}");
    assert_eq!(
        tls.incoming.unwrap().config.alpn_protocols,
        [b"h2".to_vec(), b"http/1.1".to_vec()]
    );
    assert!(tls.outgoing.has_certificate());
    tls.outgoing.config(true).unwrap();
    let again = certificates.load(all).unwrap().0;
    assert!(again.outgoing == tls.outgoing, "the same files are the same");
    let fewer = certificates.load("ca: \"ca.pem\"").unwrap().0;
    assert!(fewer.outgoing != tls.outgoing && fewer.incoming.is_none());
    certificates.issue("cert", 4096);
    assert!(
        certificates.load(all).unwrap().0.outgoing != tls.outgoing,
        "it was renewed"
    );
}

#[test]
fn mistakes_are_explained() {
    let certificates = Certificates::new();
    certificates.write("words.pem", "no certificate\n");
    certificates.write("torn.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n");
    certificates.write(
        "odd.pem",
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    );
    let locked = "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n";
    certificates.write("locked.key", locked);
    let outside = certificates.folder.path().join("cert.pem");
    let outside = format!("certificate: \"{}\"\nkey: \"cert.key\"", outside.display());
    for (section, expected) in [
        ("cert: \"cert.pem\"", &["`tls` has no setting `cert`"][..]),
        (
            "certificate: \"cert.pem\"",
            &["`certificate` of [tls] needs a `key`", "`key: \"key.pem\"`"],
        ),
        (
            "key: \"cert.key\"",
            &["needs a `certificate`", "`certificate: \"cert.pem\"`"],
        ),
        ("certificate: 7\nkey: \"cert.key\"", &["must be the path of a PEM file"]),
        (
            "certificate: \"none.pem\"\nkey: \"cert.key\"",
            &["cannot read none.pem", "relative to the folder"],
        ),
        (
            "certificate: \"../cert.pem\"\nkey: \"cert.key\"",
            &["cannot read ../cert.pem"],
        ),
        (&outside, &["for its operator to give", "@env(\"TLS_FILE\")"]),
        (
            "certificate: \"words.pem\"\nkey: \"cert.key\"",
            &["words.pem holds no certificate"],
        ),
        (
            "certificate: \"torn.pem\"\nkey: \"cert.key\"",
            &["torn.pem holds no certificate"],
        ),
        (
            "certificate: \"odd.pem\"\nkey: \"cert.key\"",
            &["odd.pem holds no certificate"],
        ),
        (
            "certificate: \"cert.key\"\nkey: \"cert.pem\"",
            &["are the two files mixed up?", "cert.pem holds no private key"],
        ),
        ("certificate: \"cert.pem\"\nkey: \"locked.key\"", &["openssl pkey"]),
        (
            "certificate: \"cert.pem\"\nkey: \"other.key\"",
            &["other.key is not the key of cert.pem"],
        ),
        (
            "certificate: \"old.pem\"\nkey: \"old.key\"",
            &["tls-time", "has expired at 2001-01-01T00:00:00Z", "renew it"],
        ),
        ("client_ca: \"ca.pem\"", &["`client_ca` of [tls] needs a `certificate`"]),
        (
            "certificate: \"cert.pem\"\nkey: \"cert.key\"\nclient_auth: \"optional\"",
            &["needs a `client_ca`"],
        ),
        (
            "certificate: \"cert.pem\"\nkey: \"cert.key\"\nclient_ca: \"ca.pem\"\nclient_auth: \"never\"",
            &["`\"optional\"`"],
        ),
        ("ca: \"words.pem\"", &["`tls.ca`: words.pem holds no certificate"]),
        (
            "client_certificate: \"cert.pem\"",
            &["needs a `client_key`", "`client_key: \"client_key.pem\"`"],
        ),
        ("client_key: \"cert.key\"", &["needs a `client_certificate`"]),
    ] {
        let found = certificates.wrong(section);
        for part in expected {
            assert!(found.contains(part), "{section}: `{part}` is not in\n{found}");
        }
        assert!(!found.contains("BEGIN ENCRYPTED"), "{found}");
    }
}

#[test]
fn links_on_the_way_to_a_file_are_watched() {
    let certificates = Certificates::new();
    let folder = certificates.folder.path();
    fs::create_dir(folder.join("..2026")).unwrap();
    fs::rename(folder.join("cert.pem"), folder.join("..2026/cert.pem")).unwrap();
    std::os::unix::fs::symlink("..2026", folder.join("..data")).unwrap();
    std::os::unix::fs::symlink("..data/cert.pem", folder.join("cert.pem")).unwrap();
    let section = serde_json::json!({"certificate": "cert.pem", "key": "cert.key", "client_auth": "optional"});
    let config = crate::capability::fixture::config(serde_json::json!({ "tls": section }));
    let watched = files(&config, folder);
    assert_eq!(
        watched,
        ["..data", "cert.pem", "cert.key"].map(|name| folder.join(name))
    );
    assert!(
        certificates
            .wrong("certificate: \"cert.pem\"\nkey: \"cert.key\"")
            .is_empty()
    );
}

#[test]
fn a_certificate_names_its_client() {
    let certificates = Certificates::new();
    let params = CertificateParams::new(vec![
        "orders.prod.svc".to_owned(),
        "orders".to_owned(),
        "10.0.0.1".to_owned(),
    ]);
    let mut params = params.unwrap();
    params
        .subject_alt_names
        .push(SanType::DnsName("*.orders".try_into().unwrap()));
    let certificate = params
        .signed_by(&KeyPair::generate().unwrap(), &certificates.authority)
        .unwrap();
    let names: Arc<[Arc<str>]> = ["orders.prod.svc".into(), "orders".into()].into();
    assert_eq!(Peer::new(certificate.der()), Peer(names));
}
