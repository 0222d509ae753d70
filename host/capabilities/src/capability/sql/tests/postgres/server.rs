//! Servers that come and go, and connections to them.

use super::*;

#[tokio::test]
async fn a_server_may_end_and_come_back() {
    let mut bench = Bench::postgres().await;
    bench.insert(&SqlSession::default(), "ada").await.unwrap();
    for _ in 0..3 {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        bench.insert(&session, "bob").await.unwrap();
        bench.server.as_mut().unwrap().stop();
        let error = bench.insert(&session, "eve").await.unwrap_err();
        assert_eq!(
            (error.status, error.code.as_str()),
            (503, "unavailable"),
            "{}",
            error.message
        );
        drop(session);
        for _ in 0..limits::SQL_CONNECTIONS * 2 {
            let error = bench.query("SELECT 1", vec![]).await.unwrap_err();
            assert_eq!(
                (error.status, error.code.as_str()),
                (503, "unavailable"),
                "{}",
                error.message
            );
        }
        let unhealthy = bench.sql.check("main", Instant::now() + LONG).await.told();
        assert!(unhealthy.message.contains("refused"), "{}", unhealthy.message);
        bench.server.as_mut().unwrap().restart();
        assert_eq!(bench.count().await, 1);
        bench.sql.check("main", Instant::now() + LONG).await.unwrap();
    }
    // Its operator may end single connections, too.
    let kill = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE usename = 'app'";
    server(&bench).admin(kill);
    eventually("a new connection", async || {
        bench.query("SELECT 1", vec![]).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_server_that_is_down_at_the_start_is_set_up_when_it_comes() {
    let mut server = Postgres::start();
    server.stop();
    let pools = Pools::default();
    let make = |setup: &str| {
        let config = json!({"databases": {"main": {"url": server.url(), "setup": setup}}});
        Sql::new(&pools, &fixture::config(config), Path::new("/")).unwrap()
    };
    let good = make("CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)");
    let bad = make("CREATE TABEL t (n int)");
    good.connect().await.unwrap();
    bad.connect().await.unwrap();
    let session = SqlSession::default();
    let count = async |sql: &Sql| {
        let soon = Instant::now() + LONG;
        let rows = sql
            .query(&session, soon, "main", "SELECT count(*) FROM t".into(), vec![])
            .await?;
        Ok::<_, SqlError>(rows.rows)
    };
    assert_eq!(code(count(&good).await), "503 unavailable");
    server.restart();
    let at_once = futures_util::future::join_all((0..20).map(|_| count(&good))).await;
    for rows in at_once {
        assert_eq!(rows.unwrap(), [[Value::Integer(1)]], "the setup has run once");
    }
    let error = count(&bad).await.told();
    assert_eq!(error.code, "syntax");
    assert!(
        error
            .message
            .contains("the database's setup fails: no statement begins with `CREATE TABEL`"),
        "{}",
        error.message
    );
    assert!(
        bad.connect().await.unwrap_err()[0]
            .message
            .contains("the setup of the database `main` fails")
    );
}

#[tokio::test]
async fn hosts_that_set_up_at_once_do_so_one_after_the_other() {
    let server = Postgres::start();
    let setup = "CREATE TABLE IF NOT EXISTS t (n int); CREATE TYPE mood AS ENUM ('sad'); DROP TYPE mood";
    let hosts: Vec<_> = (0..6)
        .map(|_| {
            let config = json!({"databases": {"main": {"url": server.url(), "setup": setup}}});
            // Each with pools of its own, as in a process of its own.
            Sql::new(&Pools::default(), &fixture::config(config), Path::new("/")).unwrap()
        })
        .collect();
    for result in futures_util::future::join_all(hosts.iter().map(Sql::connect)).await {
        result.unwrap();
    }
}

#[tokio::test]
async fn calls_that_make_one_table_at_once_are_told_to_try_again() {
    let bench = Bench::postgres().await;
    for round in 0..10 {
        let make = format!("CREATE TABLE IF NOT EXISTS made_{round} (n int)");
        let made = futures_util::future::join_all((0..8).map(|_| bench.execute(&make, vec![]))).await;
        let codes: Vec<_> = made.into_iter().map(code).collect();
        assert!(codes.iter().any(|code| code == "ok"), "{codes:?}");
        assert!(codes.iter().all(|code| code == "ok" || code == "503 busy"), "{codes:?}");
    }
}

#[tokio::test]
async fn what_can_never_work_is_told_at_the_start() {
    let server = Postgres::start();
    let port = server.port;
    for (url, says, help) in [
        (
            format!("postgres://app:falsch@127.0.0.1:{port}/app"),
            "password authentication failed",
            "user and the password",
        ),
        (
            format!("postgres://app@127.0.0.1:{port}/app"),
            "password missing",
            "user and the password",
        ),
        (
            format!("postgres://nobody:falsch@127.0.0.1:{port}/app"),
            "password authentication failed",
            "user and the password",
        ),
        (
            format!("postgres://app:geheim@127.0.0.1:{port}/nothing"),
            "\"nothing\" does not exist",
            "CREATE DATABASE \"nothing\"",
        ),
        (
            format!("postgres://app:geheim@127.0.0.1:{port}/app?sslmode=require"),
            "no TLS",
            "sslmode=prefer",
        ),
    ] {
        let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
        let diagnostics = sql.connect().await.err().unwrap_or_else(|| panic!("{url}"));
        let shown = format!("{diagnostics:?}");
        assert!(
            diagnostics[0].message.contains(says) && diagnostics[0].span.is_some(),
            "{url}: {shown}"
        );
        assert!(diagnostics[0].help.as_ref().unwrap().contains(help), "{url}: {shown}");
        assert!(!shown.contains("geheim") && !shown.contains("falsch"), "{shown}");
        let error = sql.check("main", Instant::now() + LONG).await.told();
        assert_eq!(error.status, 503, "{}", error.message);
    }
}

#[tokio::test]
async fn tls_is_used_where_the_server_offers_it() {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    let server = Postgres::start_with_tls(&made.cert.pem(), &made.signing_key.serialize_pem());
    let is_secure = "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()";
    let session = SqlSession::default();
    for (mode, secure) in [("", true), ("?sslmode=prefer", true), ("?sslmode=disable", false)] {
        let url = format!("{}{mode}", server.url());
        let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
        sql.connect().await.unwrap();
        let soon = Instant::now() + LONG;
        let rows = sql
            .query(&session, soon, "main", is_secure.into(), vec![])
            .await
            .unwrap();
        assert_eq!(rows.rows, [[Value::Boolean(secure)]], "{mode}");
        // What stops a statement takes the same way.
        let shortly = Instant::now() + Duration::from_millis(100);
        let stopped = sql
            .query(&session, shortly, "main", "SELECT pg_sleep(600)".into(), vec![])
            .await;
        assert_eq!(code(stopped), "504 timeout");
        eventually("its end", async || connections(&server, "active") == 0).await;
        let long = "SELECT repeat('x', 20000000)".to_owned();
        assert_eq!(
            code(sql.query(&session, soon, "main", long, vec![]).await),
            "500 too-large"
        );
    }
    // Nobody has vouched for this certificate.
    let url = format!("{}?sslmode=require", server.url());
    let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
    let diagnostics = sql.connect().await.unwrap_err();
    assert!(
        diagnostics[0].message.contains("invalid peer certificate"),
        "{diagnostics:?}"
    );
    assert!(
        diagnostics[0].help.as_ref().unwrap().contains("SSL_CERT_FILE"),
        "{diagnostics:?}"
    );
}

#[tokio::test]
async fn a_socket_may_be_the_host() {
    let server = Postgres::start();
    let folder = server.admin("SHOW unix_socket_directories").replace('/', "%2F");
    let url = format!("postgres://app@{folder}:{}/app", server.port);
    let sql = Sql::new(&Pools::default(), &databases(&url), Path::new("/")).unwrap();
    sql.connect().await.unwrap();
    let soon = Instant::now() + Duration::from_millis(200);
    let session = SqlSession::default();
    let sleep = "SELECT pg_sleep(600)".to_owned();
    assert_eq!(
        code(sql.query(&session, soon, "main", sleep, vec![]).await),
        "504 timeout"
    );
    eventually("its end", async || connections(&server, "active") == 0).await;
}

#[tokio::test]
async fn connections_are_bounded_and_go_with_the_file() {
    let bench = Bench::postgres().await;
    let sessions: Vec<_> = futures_util::future::join_all((0..limits::SQL_CONNECTIONS).map(|_| async {
        let mut session = SqlSession::default();
        bench.begin(&mut session).await.unwrap();
        session
    }))
    .await;
    assert_eq!(code(bench.query("SELECT 1", vec![]).await), "503 busy");
    bench.sql.check("main", Instant::now() + LONG).await.unwrap();
    assert_eq!(connections(server(&bench), "%"), limits::SQL_CONNECTIONS);
    drop(sessions);
    assert_eq!(bench.count().await, 0);
    let Bench {
        sql,
        server,
        folder,
        pools,
        ..
    } = bench;
    let server = server.unwrap();
    let next = Sql::new(&pools, &databases(&server.url()), folder.path()).unwrap();
    drop(sql);
    assert_eq!(connections(&server, "%"), limits::SQL_CONNECTIONS, "a swap closes none");
    drop(next);
    eventually("their end", async || connections(&server, "%") == 0).await;
}
