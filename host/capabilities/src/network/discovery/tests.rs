//! Which instance of a service is asked.

use std::time::{Duration, Instant};

use serde_json::json;

use super::*;
use crate::base::explain::Told;
use crate::capability::fixture;

fn services(discovery: serde_json::Value, dependencies: &[(&str, &[&str])]) -> Services {
    services_in(&Directory::default(), discovery, dependencies).unwrap()
}

fn services_in(
    directory: &Directory,
    discovery: serde_json::Value,
    dependencies: &[(&str, &[&str])],
) -> Result<Services, Vec<Diagnostic>> {
    let config = fixture::config(discovery);
    let dependencies = dependencies.iter().map(|(name, urls)| {
        let urls = urls.iter().map(|url| Url::parse(url).unwrap()).collect();
        ((*name).to_owned(), urls)
    });
    let dependencies: Vec<_> = dependencies.collect();
    Services::new(directory, &config, &dependencies, "/health")
}

fn three() -> Arc<DiscoveredService> {
    services(json!({}), &[("users", &["http://a:1", "http://b:1", "http://c:1"])])
        .find("users")
        .unwrap()
}

fn host(busy: &InstanceLease) -> String {
    busy.url().host_str().unwrap().to_owned()
}

fn next(service: &DiscoveredService) -> String {
    host(&service.pick(Balance::RoundRobin, &[]).unwrap())
}

#[test]
fn round_robin_takes_turns() {
    let service = three();
    let turns: Vec<_> = (0..6).map(|_| next(&service)).collect();
    assert_eq!(turns, ["a", "b", "c", "a", "b", "c"]);
}

#[test]
fn least_connections_counts_calls_in_flight() {
    let service = three();
    let held: Vec<_> = (0..6)
        .map(|_| service.pick(Balance::LeastConnections, &[]).unwrap())
        .collect();
    let mut hosts: Vec<_> = held.iter().map(host).collect();
    hosts.sort();
    assert_eq!(hosts, ["a", "a", "b", "b", "c", "c"]);
    let free = host(&held[3]);
    let rest: Vec<_> = held.into_iter().enumerate().filter(|(index, _)| *index != 3).collect();
    assert_eq!(host(&service.pick(Balance::LeastConnections, &[]).unwrap()), free);
    drop(rest);
}

#[test]
fn random_reaches_all() {
    let service = three();
    let seen: std::collections::BTreeSet<_> = (0..200)
        .map(|_| host(&service.pick(Balance::Random, &[]).unwrap()))
        .collect();
    assert_eq!(seen.len(), 3);
}

#[test]
fn an_instance_that_fails_is_left_out_and_probed_back_in() {
    let service = three();
    let a = service.pick(Balance::RoundRobin, &[]).unwrap();
    assert_eq!(host(&a), "a");
    let instance = a.0.clone();
    a.end(InstanceOutcome::Unreachable);
    let turns: std::collections::BTreeSet<_> = (0..6).map(|_| next(&service)).collect();
    assert_eq!(turns, ["b".to_owned(), "c".to_owned()].into());
    let now = Instant::now();
    assert!(service.probes(now).is_empty(), "not yet");
    let later = now + limits::PROBE_PAUSE.first;
    let due = service.probes(later);
    assert!(due.len() == 1 && Arc::ptr_eq(&due[0], &instance));
    assert_eq!(due[0].health_url().as_str(), "http://a:1/health");
    assert!(service.probes(later).is_empty(), "one probe at a time");
    instance.probed(false, later);
    assert!(
        service.probes(later + limits::PROBE_PAUSE.first).is_empty(),
        "the pause has grown"
    );
    instance.probed(true, later);
    let turns: std::collections::BTreeSet<_> = (0..6).map(|_| next(&service)).collect();
    assert_eq!(turns.len(), 3);
}

#[test]
fn some_failures_in_a_row_leave_it_out() {
    let service = services(json!({}), &[("users", &["http://a:1", "http://b:1"])])
        .find("users")
        .unwrap();
    for _ in 0..2 * limits::INSTANCE_FAILURES {
        let one = service.pick(Balance::RoundRobin, &[]).unwrap();
        let ended = if host(&one) == "a" {
            InstanceOutcome::Badly
        } else {
            InstanceOutcome::Well
        };
        one.end(ended);
    }
    assert_eq!([next(&service), next(&service)], ["b", "b"]);
}

#[test]
fn when_all_fail_all_are_tried() {
    let service = three();
    for _ in 0..3 {
        service
            .pick(Balance::RoundRobin, &[])
            .unwrap()
            .end(InstanceOutcome::Unreachable);
    }
    let first = service.pick(Balance::RoundRobin, &[]).unwrap();
    assert!(
        service
            .pick(Balance::RoundRobin, std::slice::from_ref(&first.0))
            .is_none(),
        "but not again for the same call"
    );
}

#[test]
fn names_of_files_and_services_are_the_same() {
    let services = services(json!({}), &[("user_service", &["http://a:1"])]);
    assert_eq!(services.find("user-service").unwrap().name(), "user-service");
    assert!(Arc::ptr_eq(
        &services.find("user_service").unwrap(),
        &services.find("user-service").unwrap()
    ));
    let error = services.find("user-servic").told();
    assert!(error.message.contains("did you mean `user-service`?") && error.message.contains("[discovery]\nregistry:"));
}

#[test]
fn what_the_registry_says_is_taken_in_where_it_is_allowed() {
    let services = services(
        json!({"discovery": {"registry": "http://registry:8101/v1/", "allow": ["10.0.0.0/8"]}}),
        &[],
    );
    let users = services.find("users").unwrap();
    assert_eq!(
        services.registry_url(&users).unwrap().as_str(),
        "http://registry:8101/v1/services/users/instances"
    );
    assert!(!users.is_known() && users.takes_refresh(Duration::from_secs(5), Instant::now()));
    assert!(!users.takes_refresh(Duration::from_secs(5), Instant::now()), "one asks");
    let soon = Instant::now() + Duration::from_secs(1);
    users.ask_again_at(soon);
    assert!(
        users.takes_refresh(Duration::from_secs(5), soon),
        "sooner after a failure"
    );
    let body = br#"[{"url": "http://10.0.0.1:80"}, {"url": "http://192.168.0.1"}, {"url": "http://granted:1"}]"#;
    services
        .learn(&users, 200, body, |url| url.host_str() == Some("granted"))
        .unwrap();
    let hosts: std::collections::BTreeSet<_> = (0..9).map(|_| next(&users)).collect();
    assert_eq!(hosts, ["10.0.0.1".to_owned(), "granted".to_owned()].into());
    let refused = services.learn(&users, 200, br#"{"url": "http://192.168.0.1"}"#, |_| false);
    let error = refused.told();
    assert_eq!(error.code, "denied");
    assert!(
        error.message.contains("[discovery]\nallow: [\"192.168.0.1\"]"),
        "{}",
        error.message
    );
    assert_eq!(services.learn(&users, 500, b"", |_| true).told().code, "registry");
    assert_eq!(services.learn(&users, 200, b"<html>", |_| true).told().code, "registry");
    assert_eq!(
        (0..9).map(|_| next(&users)).collect::<std::collections::BTreeSet<_>>(),
        hosts,
        "the last good stay"
    );
    services.learn(&users, 404, b"", |_| true).unwrap();
    assert!(users.is_known() && users.pick(Balance::RoundRobin, &[]).is_none());
}

#[test]
fn the_registrys_word_on_health_counts() {
    let services = services(
        json!({"discovery": {"registry": "http://r", "allow": "0.0.0.0/0"}}),
        &[],
    );
    let users = services.find("users").unwrap();
    let body = br#"[{"url": "http://1.1.1.1", "health_status": "unreachable"}, {"url": "http://2.2.2.2", "health_status": "healthy"}]"#;
    services.learn(&users, 200, body, |_| false).unwrap();
    assert_eq!([next(&users), next(&users)], ["2.2.2.2", "2.2.2.2"]);
}

#[test]
fn a_file_that_is_read_changes_nothing_for_the_one_that_serves() {
    let directory = Directory::default();
    let load = |discovery, urls| services_in(&directory, discovery, &[("users", urls)]);
    let serving = load(json!({}), &["http://a:1", "http://b:1"]).unwrap();
    let users = serving.find("users").unwrap();
    users
        .pick(Balance::RoundRobin, &[])
        .unwrap()
        .end(InstanceOutcome::Unreachable);
    assert!(load(json!({"discovery": {}}), &["http://c:1"]).is_err());
    let other = load(json!({}), &["http://a:1", "http://c:1"]).unwrap();
    assert_eq!([next(&users), next(&users)], ["b", "b"]);
    let other = other.find("users").unwrap();
    assert_eq!(next(&other), "c");
    let same = load(json!({}), &["http://a:1", "http://c:1"]).unwrap();
    assert!(Arc::ptr_eq(&other, &same.find("users").unwrap()));
}

#[test]
fn services_that_nobody_asks_for_make_room() {
    let services = services(
        json!({"discovery": {"registry": "http://r", "allow": "0.0.0.0/0"}}),
        &[],
    );
    let used = services.find("used").unwrap();
    for number in 0..limits::SERVICES + 10 {
        services.find(&format!("s{number}")).unwrap();
    }
    assert!(services.directory.lock().len() <= limits::SERVICES);
    assert!(Arc::ptr_eq(&used, &services.find("used").unwrap()));
}

#[test]
fn services_of_the_file_stay_while_guests_name_others() {
    let services = services(
        json!({"discovery": {"registry": "http://r", "allow": "0.0.0.0/0"}}),
        &[("users", &["http://a:1"])],
    );
    let used: Vec<_> = (0..limits::SERVICES + 10)
        .map(|number| services.find(&format!("s{number}")).unwrap())
        .collect();
    let known = services.directory.lock();
    assert!(known.keys().any(|(source, name)| source == FILE && name == "users"));
    assert_eq!((known.len(), used.len()), (limits::SERVICES, limits::SERVICES + 10));
}

#[test]
fn what_is_wrong_is_said() {
    for (discovery, message) in [
        (json!({}), "`discovery` names no registry"),
        (
            json!({"registry": "registry:80"}),
            "`discovery.registry` must be an http or https URL",
        ),
        (
            json!({"registry": "http://r", "path": "/services"}),
            "`discovery.path` must be a path with {name} in it",
        ),
        (
            json!({"registry": "http://r", "balance": "fair"}),
            "`discovery.balance` must be \"round_robin\", \"random\" or \"least_connections\"",
        ),
        (
            json!({"registry": "http://r", "allow": ["10.0.0.0/64"]}),
            "`discovery.allow` must be a list of IP addresses or networks",
        ),
        (
            json!({"registry": "http://r", "refresh": 0}),
            "`discovery.refresh` must be seconds or a duration, from 100ms to 3600s",
        ),
        (json!({"registri": "http://r"}), "`discovery` has no setting `registri`"),
        (json!("http://r"), "`discovery` must hold settings"),
    ] {
        let config = fixture::config(json!({ "discovery": discovery }));
        let wrong = Services::new(&Directory::default(), &config, &[], "/health")
            .err()
            .unwrap();
        assert_eq!(wrong[0].message, message);
        assert!(wrong[0].help.is_some(), "{message}");
    }
}
