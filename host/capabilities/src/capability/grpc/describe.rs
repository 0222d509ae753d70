//! From `package.Service/Method` to what it takes and gives.

use prost_reflect::{MethodDescriptor, ServiceDescriptor};

use super::{Described, GrpcError, GrpcServer, error::Missing, reflection::Undescribed};
use crate::base::misspelt::did_you_mean;

/// Names that a message lists.
const SHOWN: usize = 20;

impl GrpcServer {
    /// Whether what is known of the server may be older than the server.
    pub(super) fn is_reflected(&self) -> bool {
        matches!(self.described, Described::ByReflection)
    }

    /// `fresh` asks the server again, unless it has been asked just now.
    pub(super) async fn method(&self, path: &str, fresh: bool) -> Result<MethodDescriptor, GrpcError> {
        let Some((service, method)) = path.trim_start_matches('/').split_once('/') else {
            return Err(GrpcError::NoMethod(path.to_owned()));
        };
        let described = self.service(service, fresh).await?;
        if let Some(found) = find(&described, method) {
            return Ok(found);
        }
        let described = match self.described {
            Described::ByReflection if !fresh => self.service(service, true).await?,
            _ => described,
        };
        find(&described, method).ok_or_else(|| {
            let known: Vec<_> = described.methods().map(|one| one.name().to_owned()).collect();
            self.unknown(Missing::Method, &format!("{service}/{method}"), method, &known)
        })
    }

    async fn service(&self, name: &str, fresh: bool) -> Result<ServiceDescriptor, GrpcError> {
        let found = match &self.described {
            Described::ByFiles(pool) => pool.get_service_by_name(name).ok_or_else(|| {
                let known = pool.services().map(|one| one.full_name().to_owned());
                Undescribed::Unknown(known.collect())
            }),
            Described::ByReflection => self.remote.service(name, fresh).await,
        };
        found.map_err(|undescribed| match undescribed {
            Undescribed::Unknown(known) => self.unknown(Missing::Service, name, name, &known),
            Undescribed::Failed(status) => self.failure("reflection", &status),
            Undescribed::Silent => GrpcError::Silent {
                server: self.name.clone(),
                place: self.remote.show().to_owned(),
            },
            Undescribed::Broken(why) => GrpcError::Undescribed {
                server: self.name.clone(),
                why,
            },
        })
    }

    fn unknown(&self, what: Missing, shown: &str, name: &str, known: &[String]) -> GrpcError {
        let names = || known.iter().map(String::as_str);
        // Who leaves out the package means the only service of that name.
        let mut hint = match names().find(|known| known.rsplit('.').next() == Some(name)) {
            Some(full) => format!("; did you mean `{full}`?"),
            None => did_you_mean(name, names()),
        };
        if hint.is_empty() && !known.is_empty() {
            let more = if known.len() > SHOWN { ", …" } else { "" };
            hint = format!("; it has {}{more}", names().take(SHOWN).collect::<Vec<_>>().join(", "));
        }
        GrpcError::Unknown {
            server: self.name.clone(),
            what,
            name: shown.to_owned(),
            hint,
        }
    }
}

fn find(service: &ServiceDescriptor, method: &str) -> Option<MethodDescriptor> {
    service.methods().find(|one| one.name() == method)
}

/// Whether calling it twice does the same as once: its `idempotency_level`, which is `NO_SIDE_EFFECTS` or `IDEMPOTENT`.
/// A description without options says nothing of it.
pub(super) fn is_idempotent(method: &MethodDescriptor) -> bool {
    let options = method.options();
    let level = options.get_field_by_name("idempotency_level");
    level.and_then(|level| level.as_enum_number()).unwrap_or_default() > 0
}
