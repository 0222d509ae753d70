//! Which services there are, where they will listen, and which must be ready before which.

use std::{
    fs,
    net::{SocketAddr, TcpListener},
    path::{Path, PathBuf},
};

use url::Url;

use crate::{
    cli::output::{self, CommandFailure},
    network::{egress, tls},
    service::{read, settings::ServiceSettings},
};

/// One service to start.
#[derive(Debug)]
pub(super) struct PlannedService {
    pub(super) name: String,
    pub(super) file: PathBuf,
    /// `http` or `https`.
    pub(super) scheme: &'static str,
    pub(super) address: SocketAddr,
    /// Where those are that it names under `dependencies`.
    dependencies: Vec<Url>,
}

/// Reads the services of files and folders. All that is wrong with any of them is reported.
pub(super) fn read(paths: &[PathBuf]) -> Result<Vec<PlannedService>, CommandFailure> {
    let mut files = Vec::new();
    for path in paths {
        files.extend(files_of(path)?);
    }
    let mut services = Vec::new();
    let mut is_sound = true;
    for file in files {
        match read_one(&file) {
            Ok(service) => services.extend(service),
            Err(failure) => {
                failure.print();
                is_sound = false;
            }
        }
    }
    if !is_sound {
        return Err(CommandFailure::Printed);
    }
    if services.is_empty() {
        let places: Vec<String> = paths.iter().map(|path| path.display().to_string()).collect();
        let message = format!("there is no TSK file with a section [service] in {}", places.join(", "));
        return Err(CommandFailure::help(
            message,
            "name the folder that has the services' files",
        ));
    }
    apart(&services)?;
    for service in &services {
        is_free(service)?;
    }
    Ok(services)
}

/// The file itself, or the TSK files of a folder, by name.
fn files_of(path: &Path) -> Result<Vec<PathBuf>, CommandFailure> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let entries =
        fs::read_dir(path).map_err(|error| CommandFailure::new(format!("cannot read {}: {error}", path.display())))?;
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "tsk") && path.is_file())
        .collect();
    files.sort();
    Ok(files)
}

/// Nothing for a file without `[service]`: others include it.
fn read_one(file: &Path) -> Result<Option<PlannedService>, CommandFailure> {
    let config = read::read(file)?;
    if config.get("service").is_none() {
        return Ok(None);
    }
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let settings = ServiceSettings::new(&config, &stem).map_err(|diagnostics| {
        output::print_diagnostics(&diagnostics, &config.sources);
        CommandFailure::Printed
    })?;
    if settings.port == 0 {
        let message = format!(
            "{} takes any free port, where the others could not find it",
            file.display()
        );
        return Err(CommandFailure::help(
            message,
            "give it a `port` of its own in [service]",
        ));
    }
    let dependencies = egress::dependencies(&config).into_iter().flat_map(|(_, urls)| urls);
    Ok(Some(PlannedService {
        name: settings.service.name.to_string(),
        file: file.to_owned(),
        scheme: tls::scheme(&config),
        address: SocketAddr::new(settings.host, settings.port),
        dependencies: dependencies.collect(),
    }))
}

/// Two services cannot listen at one address.
fn apart(services: &[PlannedService]) -> Result<(), CommandFailure> {
    for (index, service) in services.iter().enumerate() {
        let same = |other: &&PlannedService| other.address.port() == service.address.port();
        if let Some(other) = services.iter().take(index).find(same) {
            let message = format!(
                "{} and {} both want port {}",
                other.file.display(),
                service.file.display(),
                service.address.port()
            );
            let help = format!(
                "give one of them a `port` of its own in [service], such as {}",
                free(services)
            );
            return Err(CommandFailure::help(message, help));
        }
    }
    Ok(())
}

/// Another process's answer would pass for the service's.
fn is_free(service: &PlannedService) -> Result<(), CommandFailure> {
    TcpListener::bind(service.address).map(drop).map_err(|error| {
        let message = format!("{} cannot listen on {}: {error}", service.name, service.address);
        let help = format!(
            "stop what listens there, or choose another `port` in {}",
            service.file.display()
        );
        CommandFailure::help(message, help)
    })
}

/// The port after the highest one.
fn free(services: &[PlannedService]) -> u16 {
    let highest = services.iter().map(|service| service.address.port()).max();
    highest.unwrap_or(8000).saturating_add(1)
}

/// Indexes in groups: each group needs only those before it. Services that need each other are one group.
#[expect(clippy::indexing_slicing, reason = "the indexes are those of the services")]
pub(super) fn stages(services: &[PlannedService]) -> Vec<Vec<usize>> {
    let mut waiting: Vec<usize> = (0..services.len()).collect();
    let mut stages = Vec::new();
    while !waiting.is_empty() {
        let is_free = |index: &usize| {
            waiting
                .iter()
                .all(|other| other == index || !services[*index].needs(&services[*other]))
        };
        let mut stage: Vec<usize> = waiting.iter().copied().filter(is_free).collect();
        if stage.is_empty() {
            stage.clone_from(&waiting);
        }
        waiting.retain(|index| !stage.contains(index));
        stages.push(stage);
    }
    stages
}

impl PlannedService {
    fn needs(&self, other: &Self) -> bool {
        self.dependencies.iter().any(|url| {
            let is_here = url.host_str().is_some_and(|host| {
                let host = host.trim_matches(['[', ']']);
                host == "localhost"
                    || host
                        .parse()
                        .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback() || ip == other.address.ip())
            });
            is_here && url.port_or_known_default() == Some(other.address.port())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn service(name: &str, port: u16, needs: &[u16]) -> PlannedService {
        PlannedService {
            name: name.to_owned(),
            file: format!("{name}.tsk").into(),
            scheme: "http",
            address: SocketAddr::from(([127, 0, 0, 1], port)),
            dependencies: needs
                .iter()
                .map(|port| Url::parse(&format!("http://localhost:{port}/x")).unwrap())
                .collect(),
        }
    }

    fn names(services: &[PlannedService]) -> Vec<Vec<&str>> {
        let name = |index: &usize| services[*index].name.as_str();
        let stages = stages(services);
        stages.iter().map(|stage| stage.iter().map(name).collect()).collect()
    }

    #[test]
    fn what_others_need_comes_first() {
        let services = [
            service("orders", 3, &[1, 2]),
            service("users", 2, &[1]),
            service("registry", 1, &[]),
            service("mail", 4, &[99]),
        ];
        assert_eq!(
            names(&services),
            [vec!["registry", "mail"], vec!["users"], vec!["orders"]]
        );
    }

    #[test]
    fn services_that_need_each_other_start_together() {
        let services = [service("a", 1, &[2]), service("b", 2, &[1]), service("c", 3, &[])];
        assert_eq!(names(&services), [vec!["c"], vec!["a", "b"]]);
    }

    #[test]
    fn one_port_is_for_one_service() {
        assert!(apart(&[service("a", 8001, &[]), service("b", 8002, &[])]).is_ok());
        let Err(CommandFailure::Message { message, help }) = apart(&[service("a", 8001, &[]), service("b", 8001, &[])])
        else {
            panic!("refused")
        };
        assert_eq!(message, "a.tsk and b.tsk both want port 8001");
        assert!(help.unwrap().ends_with("such as 8002"));
    }
}
