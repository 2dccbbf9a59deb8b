//! The page for a browser, in a real one: Chromium without a window.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use edgescore_tests::{Outcome, Sandbox};

use super::made::Made;
use super::report::three;

/// A browser that does nothing but what it is told: all name look-ups fail, so that a request
/// that leaves the page shows up as an error.
fn chromium(profile: &Path) -> Option<Command> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let program = names.into_iter().find(|name| {
        let mut asked = Command::new(name);
        asked
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    });
    let Some(program) = program else {
        println!("skipped: Chromium is not installed (apt-get install chromium)");
        return None;
    };
    let mut browser = Command::new(program);
    browser
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-default-apps",
            "--disable-extensions",
            "--hide-scrollbars",
            "--host-resolver-rules=MAP * ~NOTFOUND",
            "--enable-logging=stderr",
        ])
        .arg(format!("--user-data-dir={}", profile.display()));
    Some(browser)
}

/// What came of opening a page.
struct Opened {
    /// The page as the browser understood it.
    dom: String,
    /// Its complaints.
    console: Vec<String>,
    /// Hosts that it asked for, from its network log.
    hosts: BTreeSet<String>,
}

/// Opens a page in a browser that remembers nothing. `None` without a browser.
fn open(sandbox: &Sandbox, page: &str) -> Option<Opened> {
    let profile = sandbox.path(format!("profile-{page}"));
    let log = sandbox.path(format!("{page}.net"));
    let mut browser = chromium(&profile)?;
    browser
        .arg(format!("--log-net-log={}", log.display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", sandbox.path(page).display()));
    let seen = Outcome::of(&mut browser).expect(0);
    let log = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let urls = log.split("\"url\":\"http").skip(1);
    let host = |rest: &str| {
        Some(
            rest.split("://")
                .nth(1)?
                .split(['/', '"'])
                .next()?
                .to_owned(),
        )
    };
    let complaints = seen.stderr.lines().filter(|line| line.contains("CONSOLE"));
    Some(Opened {
        dom: seen.stdout,
        console: complaints.map(str::to_owned).collect(),
        hosts: urls.filter_map(host).collect(),
    })
}

#[test]
fn the_page_loads_nothing_and_the_browser_does_not_complain() {
    let sandbox = three();
    // A name that would be markup, if it were not escaped.
    sandbox.write(
        "odd.esr",
        Made {
            model: "<script>alert(1)</script>&.gguf",
            ..Made::default()
        }
        .file(),
    );
    sandbox.done("report good.esr poor.esr guess.esr odd.esr --against published -o all.html");
    sandbox.done("report good.esr -o one.html");
    sandbox.done("report --escalate poor.esr odd.esr -o two.html");
    let text = String::from_utf8(sandbox.read("all.html")).unwrap();
    assert!(!text.contains("<script"), "markup from a name");
    for attribute in [" src=", "@import", "url(", "<link rel=\"stylesheet"] {
        assert!(!text.contains(attribute), "{attribute}");
    }
    assert!(text.contains("Content-Security-Policy"));

    // The browser's own look-ups, which lead nowhere here; and a page that does load something,
    // to see that it would be noticed.
    sandbox.write("blank.html", "<p>");
    sandbox.write(
        "loads.html",
        "<img src=http://elsewhere.invalid/><script>x</script>",
    );
    let Some(blank) = open(&sandbox, "blank.html") else {
        return;
    };
    let loads = open(&sandbox, "loads.html").unwrap();
    assert!(
        loads.hosts.contains("elsewhere.invalid"),
        "{:?}",
        loads.hosts
    );
    assert!(!loads.console.is_empty());
    for page in ["all.html", "one.html", "two.html"] {
        let opened = open(&sandbox, page).unwrap();
        assert!(opened.dom.contains("</html>"), "{page}: {}", opened.dom);
        assert!(opened.dom.contains("<circle class=\"dot\""), "{page}");
        assert_eq!(opened.console, Vec::<String>::new(), "{page}");
        let others: Vec<_> = opened.hosts.difference(&blank.hosts).collect();
        assert!(others.is_empty(), "{page} asked for {others:?}");
    }
}

/// With EDGESCORE_SCREENSHOTS set to a folder the pictures stay there, to be looked at.
#[test]
fn screenshots_in_light_dark_and_on_a_phone() {
    let sandbox = three();
    sandbox.done("report good.esr poor.esr guess.esr --against published -o all.html");
    sandbox.done("report poor.esr -o one.html");
    sandbox.done("report --escalate poor.esr good.esr --max-latency 2s -o two.html");
    let keep = std::env::var_os("EDGESCORE_SCREENSHOTS").map(PathBuf::from);
    let looks = [
        ("light", "1100,2600", None),
        (
            "dark",
            "1100,2600",
            Some("--blink-settings=preferredColorScheme=0"),
        ),
        ("phone", "390,3600", None),
    ];
    for (look, size, option) in looks {
        for page in ["all", "one", "two"] {
            let profile = sandbox.path(format!("profile-{look}-{page}"));
            let Some(mut browser) = chromium(&profile) else {
                return;
            };
            let picture = format!("{page}-{look}.png");
            browser
                .args(option)
                .arg(format!("--window-size={size}"))
                .arg(format!("--screenshot={}", sandbox.path(&picture).display()))
                .arg(format!(
                    "file://{}",
                    sandbox.path(format!("{page}.html")).display()
                ));
            Outcome::of(&mut browser).expect(0);
            let bytes = sandbox.read(&picture);
            assert!(bytes.starts_with(b"\x89PNG"));
            // A blank page of this size is below 20 kB.
            assert!(bytes.len() > 30_000, "{picture}: {} bytes", bytes.len());
            if let Some(folder) = &keep {
                std::fs::create_dir_all(folder).unwrap();
                std::fs::write(folder.join(&picture), bytes).unwrap();
            }
        }
    }
}
