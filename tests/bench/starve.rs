//! What a neighbour waits for while other calls spin, and by how much deadlines are overrun.

use std::time::Duration;

use tokio::runtime::Runtime;

use crate::{LANGUAGES, load, report::Report, serve::host, service};

const DEADLINE: Duration = Duration::from_secs(1);
const ROUND: Duration = Duration::from_secs(6);
/// Of each of the neighbour's connections, after an answer: the machine is not full with them alone.
const PAUSE: Duration = Duration::from_millis(2);

/// Sections beside those of the bench's own service.
const SPINS: &str = r#"
[limits]
deadline: "1s"

[rust_spins]
spin_fujsen = '''rust
#[fujsen]
fn spin() -> u64 {
    let mut n = 0u64;
    loop {
        n = std::hint::black_box(n.wrapping_add(1));
    }
}
'''

[assemblyscript_spins]
spin_fujsen = '''assemblyscript
export function spin(): i64 {
  let n: i64 = 0;
  while (true) { n++; if (n < 0) break; }
  return n;
}
'''

[typescript_spins]
spin_fujsen = '''typescript
export function spin() {
  for (let n = 0; ; n++) if (n < 0) return n;
}
'''

[routes]
"POST /rust/spin": rust_spins.spin
"POST /assemblyscript/spin": assemblyscript_spins.spin
"POST /typescript/spin": typescript_spins.spin
"#;

pub(crate) fn measure(runtime: &Runtime, report: &mut Report) {
    let host = host(&service(1).replacen("\n[routes]\n", SPINS, 1));
    let address = host.address;
    for language in LANGUAGES {
        let (neighbour, spin) = (format!("/{language}"), format!("/{language}/spin"));
        let served = || load::run_at(address, &neighbour, 4, ROUND, PAUSE);
        // The first calls find nothing ready yet.
        runtime.block_on(served());
        let idle = runtime.block_on(served());
        assert_eq!(idle.failed, 0);
        let idle = idle.p99();
        for spinning in [16, 100] {
            let (seen, spun) = runtime.block_on(async {
                let spun = load::run_at(address, &spin, spinning, ROUND, Duration::ZERO);
                tokio::join!(served(), spun)
            });
            assert_eq!(seen.failed, 0);
            let p99 = seen.p99();
            report.add(
                format!("p99 of a neighbour while {spinning} calls spin, {language}"),
                format!("{} ms ({} ms without)", millis(p99), millis(idle)),
                "≤ 10 × that without, ≤ 20 ms",
                p99 <= (idle * 10).min(Duration::from_millis(20)),
            );
            let overrun = spun.longest().saturating_sub(DEADLINE);
            report.add(
                format!("deadlines overrun by at most, {spinning} calls spin, {language}"),
                format!("{} ms", millis(overrun)),
                "≤ 100 ms",
                overrun <= Duration::from_millis(100),
            );
        }
    }
}

fn millis(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1e3)
}
