//! A certificate authority, and what it issues.

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};

use super::{Folder, client};

/// An authority of its own, which signs certificates for services on this machine.
pub(crate) struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().expect("a key can be made");
        let issuer = CertifiedIssuer::self_signed(params, key).expect("a certificate can be made");
        Self { issuer }
    }

    pub(crate) fn pem(&self) -> String {
        self.issuer.pem()
    }

    /// Certificate and key, for `name` and for this machine, valid to the end of the year before `until`.
    pub(crate) fn issue(&self, name: &str, until: i32) -> (String, String) {
        let mut params =
            CertificateParams::new(vec![name.to_owned(), "127.0.0.1".to_owned()]).expect("the name is sound");
        params.not_after = date_time_ymd(until, 1, 1);
        let key = KeyPair::generate().expect("a key can be made");
        let certificate = params.signed_by(&key, &self.issuer).expect("a certificate can be made");
        (certificate.pem(), key.serialize_pem())
    }

    /// Writes `cert.pem`, `key.pem` and `ca.pem`.
    pub(crate) fn furnish(&self, folder: &Folder, name: &str) {
        self.furnish_until(folder, name, 4096);
    }

    pub(crate) fn furnish_until(&self, folder: &Folder, name: &str, until: i32) {
        let (certificate, key) = self.issue(name, until);
        folder.write("cert.pem", &certificate);
        folder.write("key.pem", &key);
        folder.write("ca.pem", &self.pem());
    }

    /// A client that believes this authority and no other.
    pub(crate) fn client(&self) -> reqwest::ClientBuilder {
        let root = reqwest::Certificate::from_pem(self.pem().as_bytes()).expect("it is a certificate");
        client().tls_certs_only([root])
    }

    /// A client that shows a certificate for `name`, too, which `signer` has signed.
    pub(crate) fn client_as(&self, signer: &Self, name: &str) -> reqwest::ClientBuilder {
        let (certificate, key) = signer.issue(name, 4096);
        let identity = reqwest::Identity::from_pem(format!("{certificate}{key}").as_bytes());
        self.client().identity(identity.expect("certificate and key are sound"))
    }
}
