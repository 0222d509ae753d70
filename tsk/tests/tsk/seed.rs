//! The five files of the page that the language comes from, where they are at hand.

use std::{fs, path::Path};

use tsk::{Value, load};

use crate::{
    languages::options,
    support::{World, render},
};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/seed");

#[test]
fn the_page_loads() {
    if !Path::new(FOLDER).is_dir() {
        println!("skipped: {FOLDER} is not here");
        return;
    }
    let mut fujsens = 0;
    for name in [
        "configuration_management",
        "microservice",
        "service_communication",
        "service_monitoring",
        "service_registry",
    ] {
        let file = format!("{name}.tsk");
        let text = fs::read_to_string(Path::new(FOLDER).join(&file)).unwrap();
        let config = match load(&file, &text, &World, options()) {
            Ok(config) => config,
            Err(failure) => panic!("{}", render(&failure.diagnostics, &failure.sources)),
        };
        assert!(
            config.warnings.is_empty(),
            "{}",
            render(&config.warnings, &config.sources)
        );
        let Value::Object(section) = &config.get(name).unwrap().value else {
            panic!("{name} is no section")
        };
        for (key, node) in section {
            if let Value::Source(source) = &node.value {
                fujsens += 1;
                assert!(key.ends_with("_fujsen"));
                assert_eq!(source.language.name(), "python");
                assert_eq!(config.sources.slice(source.span), &*source.text);
            }
        }
        let text = |path: &str| match &config.get(path).unwrap().value {
            Value::String(text) => text.clone(),
            other => panic!("{path} is {other:?}"),
        };
        match name {
            "microservice" => {
                assert_eq!(text("microservice.name"), "user-service");
                assert_eq!(text("microservice.version"), "1.0.0");
                assert!(matches!(
                    config.get("microservice.port").unwrap().value,
                    Value::Integer(8001)
                ));
                assert_eq!(text("microservice.environment"), "development");
                assert_eq!(
                    text("microservice.dependencies.database_service"),
                    "http://database-service:8004"
                );
                assert_eq!(text("microservice.health_check.endpoint"), "/health");
                assert!(matches!(
                    config.get("microservice.health_check.interval").unwrap().value,
                    Value::Integer(30)
                ));
            }
            "service_registry" => assert_eq!(text("service_registry.registry_db"), "sqlite:///registry.db"),
            "configuration_management" => {
                assert_eq!(
                    text("configuration_management.config_store"),
                    "http://config-service:8005"
                );
            }
            _ => {}
        }
    }
    assert_eq!(fujsens, 21);
}
