//! The last good values, over restarts and swaps.

use super::*;

#[tokio::test]
async fn a_restart_serves_the_last_good_values() {
    let mut store = Store::start(Says::Document("1", pair(9))).await;
    let text = service(&store.url());
    let service = Service::start(&text).await;
    left(&service, 9).await;
    store.stop().await;
    degraded(&service, "cannot be reached").await;
    left(&service, 9).await;
    assert!(updates(&service, "unreachable").await >= 1.0);

    let folder = service.into_folder();
    let service = Service::start_in(folder, &[]).await;
    assert_eq!(service.get("/rust/read").await.json()["left"], 9);
    degraded(&service, "the last good values stay: ").await;
    let call = tusk(service.folder.path(), &["call", "service.tsk", "assemblyscript.read"]);
    assert!(call.stdout.contains("\"left\": 9"), "{call:?}");

    // Another URL is another configuration.
    service
        .folder
        .write("service.tsk", &text.replace("/config/shop", "/config/other"));
    left(&service, 0).await;
    degraded(&service, "the values of the file serve: ").await;
    store.say(Says::Document("1", pair(10)));
    store.restart().await;
    left(&service, 10).await;
    good(&service).await;
}

#[tokio::test]
async fn a_swap_checks_the_last_good_values_by_its_own_rules() {
    let store = Store::start(Says::Document("1", pair(60))).await;
    let text = service(&store.url());
    let service = Service::start(&text).await;
    left(&service, 60).await;
    service
        .folder
        .write("service.tsk", &text.replace("name: \"local\"", "name: \"saved\""));
    eventually("the save", || async {
        let pair = service.get("/rust/read").await.json()["pair"].clone();
        assert_eq!(pair["left"], 60, "values from elsewhere stay over a swap");
        (pair["name"] == "saved").then_some(())
    })
    .await;

    let narrow = text.replace("min: 0, max: 1000", "min: 0, max: 50");
    service.folder.write("service.tsk", &narrow);
    left(&service, 0).await;
    degraded(
        &service,
        "the values of the file serve: Configuration validation failed: Config pair.left must be at most 50",
    )
    .await;
    store.say(Says::Document("2", pair(40)));
    left(&service, 40).await;
    good(&service).await;

    // A file that breaks its own rules is refused, and the version before it keeps serving.
    service
        .folder
        .write("service.tsk", &narrow.replace("left: 0\nright", "left: 51\nright"));
    service.logged("keeps serving").await;
    assert!(
        service.log().contains("Config pair.left must be at most 50"),
        "{}",
        service.log()
    );
    left(&service, 40).await;

    let (start, end) = (text.find("[remote_config]").unwrap(), text.find("[pair]").unwrap());
    service
        .folder
        .write("service.tsk", &format!("{}{}", &text[..start], &text[end..]));
    left(&service, 0).await;
    good(&service).await;
    let asked = store.asked().len();
    // Twice as long as it would take to be asked again.
    tokio::time::sleep(Duration::from_secs(2)).await;
    assert_eq!(store.asked().len(), asked, "nobody is asked any more");
}
