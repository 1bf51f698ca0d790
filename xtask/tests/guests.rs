//! Whether the committed components belong to the committed sources.

use std::collections::BTreeSet;
use std::fs;

/// Fails after a guest, its WIT or its dependencies were changed without building the components again.
#[test]
fn components_are_built_from_the_sources_beside_them() {
    let stale = xtask::check(&xtask::root().unwrap()).unwrap();
    let report: Vec<String> = stale.iter().map(ToString::to_string).collect();
    assert!(stale.is_empty(), "\n{}", report.join("\n"));
}

/// A folder that nobody builds would look like an example and be none, and so would a component of no guest.
#[test]
fn every_app_is_a_guest_and_every_component_belongs_to_one() {
    let apps = xtask::root().unwrap().join("examples/apps");
    let guests: BTreeSet<String> = xtask::GUESTS.iter().map(|guest| guest.name.to_owned()).collect();

    let folders: BTreeSet<String> = fs::read_dir(&apps)
        .unwrap()
        .map(|entry| entry.unwrap())
        .filter(|entry| entry.path().join("Cargo.toml").exists())
        .map(|entry| entry.file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, guests);

    let components: BTreeSet<String> = fs::read_dir(apps.join("components"))
        .unwrap()
        .filter_map(|entry| Some(entry.unwrap().file_name().to_str()?.strip_suffix(".wasm")?.to_owned()))
        .collect();
    assert_eq!(components, guests);
}
