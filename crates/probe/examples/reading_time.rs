//! How long one reading of a power source takes, and what sampling it costs.
//!
//! ```sh
//! cargo run --release -p edgescore-probe --example reading_time -- pi5-pmic
//! ```

use std::error::Error;
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

use edgescore_probe::power::{Choice, sample};
use edgescore_probe::{Rate, Reading, Sampler, clock};

const READINGS: usize = 200;

fn main() -> Result<(), Box<dyn Error>> {
    let name = std::env::args().nth(1).unwrap_or("best".into());
    let choice: Choice = name.parse()?;
    let mut source = choice.open(Path::new("/"))?;
    println!("{}: {}", source.about().name, source.about().found);
    let mut times: Vec<u64> = (0..READINGS)
        .map(|_| {
            let before = clock::now();
            sample(source.as_mut());
            clock::now().0 - before.0
        })
        .collect();
    times.sort_unstable();
    let at = |share: usize| times.get(share * READINGS / 100).copied().unwrap_or(0);
    println!(
        "a reading takes {} µs (median), {} µs (p99)",
        at(50),
        at(99)
    );

    let sampler = Sampler::start(source, Rate::default())?;
    if let (Reading::Value(cpu), wall) = (clock::cpu_time(), clock::now()) {
        sleep(Duration::from_secs(10));
        if let Reading::Value(after) = clock::cpu_time() {
            let share = (after.0 - cpu.0) as f64 / (clock::now().0 - wall.0) as f64;
            println!(
                "sampling at {} Hz takes {:.4} % of a CPU",
                sampler.rate_hz(),
                100.0 * share
            );
        }
    }
    println!("{:?}", sampler.finish());
    Ok(())
}
