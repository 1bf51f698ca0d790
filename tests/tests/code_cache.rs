//! Compiled code that is kept in a folder: what is loaded from there, and what is not.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use isorun::error::AppProblemKind;
use isorun::{App, AppError, Runtime, RuntimeBuilder, RuntimeError};
use isorun_tests::{Folder, add, again, apps, compute, runtime_of};

fn cached(folder: &Folder) -> RuntimeBuilder {
    Runtime::builder().code_cache(place(folder))
}

/// A folder in the folder, which the cache makes.
fn place(folder: &Folder) -> PathBuf {
    folder.path().join("code")
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    files.filter(|path| path.extension().is_some_and(|extension| extension == "code")).collect()
}

/// Adds `calc` in a new runtime.
async fn calc_of(builder: RuntimeBuilder) -> (Runtime, App) {
    let runtime = runtime_of(builder);
    let app = add(&runtime, "calc", apps::CALC).await;
    (runtime, app)
}

#[tokio::test]
async fn what_an_earlier_runtime_compiled_is_not_compiled_again() {
    let folder = Folder::new().unwrap();
    let (_, first) = calc_of(cached(&folder)).await;
    assert!(!first.was_cached());
    let (runtime, again_added) = calc_of(cached(&folder)).await;
    assert!(again_added.was_cached());
    let calc = again(&runtime, &again_added, &[]).await;
    let caller = calc.caller::<isorun_tests::compute::Interface>().unwrap();
    assert_eq!(caller.add(1, 2).await.unwrap(), 3);
    assert!(!add(&runtime, "kv", apps::KV).await.was_cached());
    assert_eq!(entries(&place(&folder)).len(), 2);
    // No drafts are left: two entries and the secret.
    assert_eq!(fs::read_dir(place(&folder)).unwrap().count(), 3);
}

#[tokio::test]
async fn what_was_compiled_before_is_checked_all_the_same() {
    let folder = Folder::new().unwrap();
    add(&runtime_of(cached(&folder)), "relay", apps::RELAY).await;
    let runtime = runtime_of(cached(&folder));
    let error = runtime.add_app("relay", apps::RELAY).allow(["test:bench/host"]).await.unwrap_err();
    let AppError::Mismatch(report) = error else { panic!("{error}") };
    assert_eq!(report.problems()[0].kind, AppProblemKind::NotAllowed);
}

#[tokio::test]
async fn a_damaged_entry_is_not_loaded_and_is_replaced() {
    let folder = Folder::new().unwrap();
    calc_of(cached(&folder)).await;
    let path = entries(&place(&folder)).remove(0);
    let whole = fs::read(&path).unwrap();
    let mut damaged: Vec<Vec<u8>> = [0, 7, 8, 15, 16, 47, 48, 79, 80, whole.len() / 2, whole.len() - 1]
        .iter()
        .flat_map(|place| {
            let mut flipped = whole.clone();
            flipped[*place] ^= 0x10;
            [whole[..*place].to_vec(), flipped]
        })
        .collect();
    damaged.push([&whole[..], b"\0"].concat());
    for entry in damaged {
        fs::write(&path, entry).unwrap();
        assert!(!calc_of(cached(&folder)).await.1.was_cached());
        assert!(calc_of(cached(&folder)).await.1.was_cached());
    }
}

#[tokio::test]
async fn a_forged_cache_entry_is_not_loaded() {
    let folder = Folder::new().unwrap();
    let (runtime, _) = calc_of(cached(&folder)).await;
    let calc = entries(&place(&folder)).remove(0);
    add(&runtime, "kv", apps::KV).await;
    let kv = entries(&place(&folder)).into_iter().find(|path| *path != calc).unwrap();
    // The true code of another app in this one's place: what carries a MAC is for one component.
    fs::copy(&kv, &calc).unwrap();
    assert!(!calc_of(cached(&folder)).await.1.was_cached());
    // The true code under another host's secret.
    let elsewhere = Folder::new().unwrap();
    calc_of(cached(&elsewhere)).await;
    fs::copy(entries(&place(&elsewhere)).remove(0), &calc).unwrap();
    assert!(!calc_of(cached(&folder)).await.1.was_cached());
    assert!(calc_of(cached(&folder)).await.1.was_cached());
}

#[tokio::test]
async fn with_a_key_of_the_hosts_own_only_that_key_opens() {
    let folder = Folder::new().unwrap();
    let keyed = |key| Runtime::builder().code_cache_with_key(folder.path(), [key; 32]);
    assert!(!calc_of(keyed(1)).await.1.was_cached());
    assert!(calc_of(keyed(1)).await.1.was_cached());
    assert!(!calc_of(keyed(2)).await.1.was_cached());
    assert!(!calc_of(keyed(1)).await.1.was_cached());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert!(format!("{:?}", keyed(7)).contains("Secret(…)"), "a key does not end up in a log");
}

#[tokio::test]
async fn runtimes_that_open_one_folder_at_once_share_it() {
    let folder = Folder::new().unwrap();
    let builders: Vec<_> = (0..8).map(|_| cached(&folder)).collect();
    let building: Vec<_> =
        builders.into_iter().map(|builder| std::thread::spawn(move || runtime_of(builder.max_stores(1)))).collect();
    for (number, runtime) in building.into_iter().map(|building| building.join().unwrap()).enumerate() {
        assert_eq!(add(&runtime, "calc", apps::CALC).await.was_cached(), number > 0);
    }
}

#[tokio::test]
async fn a_cache_that_fails_later_keeps_no_app_from_being_added() {
    let folder = Folder::new().unwrap();
    let runtime = runtime_of(cached(&folder));
    add(&runtime, "calc", apps::CALC).await;
    let entry = entries(&place(&folder)).remove(0);
    fs::remove_file(&entry).unwrap();
    fs::create_dir(&entry).unwrap();
    assert!(!add(&runtime, "entry-is-a-folder", apps::CALC).await.was_cached());
    fs::remove_dir_all(place(&folder)).unwrap();
    assert!(!add(&runtime, "no-folder", apps::CALC).await.was_cached());
}

/// Adds an app in a new runtime that keeps at most so many bytes of code; whether it was there.
async fn was_cached(folder: &Folder, max: u64, bytes: &[u8]) -> bool {
    let runtime = runtime_of(cached(folder).max_code_cache(max).max_stores(1));
    add(&runtime, "app", bytes).await.was_cached()
}

/// Puts the code of an app away, as if that had been so many hours ago, and returns where it is.
async fn put_away(folder: &Folder, hours: u64, bytes: &[u8]) -> PathBuf {
    let before = if place(folder).exists() { entries(&place(folder)) } else { Vec::new() };
    assert!(!was_cached(folder, u64::MAX, bytes).await);
    let entry = entries(&place(folder)).into_iter().find(|entry| !before.contains(entry)).unwrap();
    used_before(&entry, hours);
    entry
}

fn used_before(path: &Path, hours: u64) {
    let time = SystemTime::now() - Duration::from_secs(hours * 60 * 60);
    fs::OpenOptions::new().write(true).open(path).unwrap().set_modified(time).unwrap();
}

fn size(folder: &Path) -> u64 {
    entries(folder).iter().map(|entry| fs::metadata(entry).unwrap().len()).sum()
}

/// Entries of three apps, used three, two and one hours ago, and how large they are together.
async fn three(folder: &Folder) -> ([PathBuf; 3], u64) {
    let calc = put_away(folder, 3, apps::CALC).await;
    let kv = put_away(folder, 2, apps::KV).await;
    let relay = put_away(folder, 1, apps::RELAY).await;
    ([calc, kv, relay], size(&place(folder)))
}

#[tokio::test]
async fn what_was_used_longest_ago_goes() {
    let folder = Folder::new().unwrap();
    let ([calc, kv, relay], total) = three(&folder).await;
    fs::remove_file(&relay).unwrap();
    assert!(!was_cached(&folder, total, apps::RELAY).await);
    assert!(calc.exists() && kv.exists() && relay.exists(), "they just fit");
    fs::remove_file(&relay).unwrap();
    // Who has loaded what goes does not need it any more.
    let (runtime, app) = calc_of(cached(&folder).max_code_cache(total - 1)).await;
    assert!(app.was_cached());
    used_before(&calc, 3);
    assert!(!add(&runtime, "relay", apps::RELAY).await.was_cached());
    assert!(!calc.exists() && kv.exists() && relay.exists(), "{:?}", entries(&place(&folder)));
    let caller = again(&runtime, &app, &[]).await.caller::<isorun_tests::compute::Interface>().unwrap();
    assert_eq!(caller.add(1, 2).await.unwrap(), 3);
    assert!(was_cached(&folder, total, apps::KV).await);
    assert!(!was_cached(&folder, total, apps::CALC).await);
}

#[tokio::test]
async fn what_was_used_again_stays() {
    let folder = Folder::new().unwrap();
    let ([calc, kv, relay], total) = three(&folder).await;
    fs::remove_file(&relay).unwrap();
    assert!(was_cached(&folder, total - 1, apps::CALC).await);
    assert!(!was_cached(&folder, total - 1, apps::RELAY).await);
    assert!(calc.exists() && !kv.exists() && relay.exists(), "{:?}", entries(&place(&folder)));
}

#[tokio::test]
async fn what_was_just_put_away_stays_whatever_the_times_say() {
    let folder = Folder::new().unwrap();
    let ([calc, kv, relay], _) = three(&folder).await;
    let max = fs::metadata(&relay).unwrap().len();
    fs::remove_file(&relay).unwrap();
    // Of a clock that was set back since.
    for entry in [&calc, &kv] {
        let time = SystemTime::now() + Duration::from_secs(60 * 60);
        fs::OpenOptions::new().write(true).open(entry).unwrap().set_modified(time).unwrap();
    }
    assert!(!was_cached(&folder, max, apps::RELAY).await);
    assert_eq!(entries(&place(&folder)), [relay]);
}

#[tokio::test]
async fn code_that_alone_is_too_large_is_not_kept_and_its_app_is_added() {
    let folder = Folder::new().unwrap();
    let calc = put_away(&folder, 1, apps::CALC).await;
    let max = fs::metadata(&calc).unwrap().len();
    fs::remove_file(&calc).unwrap();
    for max in [max - 1, 0] {
        let (runtime, app) = calc_of(cached(&folder).max_code_cache(max)).await;
        assert!(!app.was_cached());
        let caller = again(&runtime, &app, &[]).await.caller::<isorun_tests::compute::Interface>().unwrap();
        assert_eq!(caller.add(1, 2).await.unwrap(), 3);
        // Neither an entry nor a draft: there is the secret alone.
        assert_eq!(fs::read_dir(place(&folder)).unwrap().count(), 1);
    }
    assert!(!was_cached(&folder, max, apps::CALC).await);
    assert!(was_cached(&folder, max, apps::CALC).await, "it just fits");
}

#[tokio::test]
async fn a_smaller_size_holds_for_what_is_there() {
    let folder = Folder::new().unwrap();
    three(&folder).await;
    assert!(!was_cached(&folder, 0, apps::MISBEHAVE).await);
    assert!(entries(&place(&folder)).is_empty());
}

#[tokio::test]
async fn drafts_that_a_crash_left_are_removed() {
    let folder = Folder::new().unwrap();
    cached(&folder).build().unwrap();
    let [abandoned, new] = ["0123456789abcdef.draft", "fedcba9876543210.draft"].map(|name| place(&folder).join(name));
    fs::write(&abandoned, "half of it").unwrap();
    fs::write(&new, "another process is writing").unwrap();
    used_before(&abandoned, 2);
    calc_of(cached(&folder)).await;
    assert!(!abandoned.exists());
    assert!(new.exists());
}

#[tokio::test]
async fn what_the_cache_did_not_make_stays() {
    let folder = Folder::new().unwrap();
    cached(&folder).build().unwrap();
    let words = ["secret", "notes.txt", "notes.code", "0123.code", "notes.draft", "code", ".code", ".draft"];
    let as_long = [format!("{}.code", "n".repeat(64)), format!("{}.draft", "n".repeat(16))];
    let names = words.iter().copied().chain(as_long.iter().map(String::as_str));
    let files: Vec<_> = names.map(|name| place(&folder).join(name)).collect();
    for file in &files[1..] {
        fs::write(file, "mine").unwrap();
    }
    let contents: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    files.iter().for_each(|file| used_before(file, 100));
    let inside = place(&folder).join(format!("{:064x}.code", 0));
    fs::create_dir(&inside).unwrap();
    // That much room there is for none of them, if they counted.
    let calc = put_away(&folder, 1, apps::CALC).await;
    let max = fs::metadata(&calc).unwrap().len();
    fs::remove_file(&calc).unwrap();
    assert!(!was_cached(&folder, max, apps::CALC).await);
    assert!(was_cached(&folder, max, apps::CALC).await);
    assert!(!was_cached(&folder, 0, apps::KV).await);
    assert!(!calc.exists());
    assert!(inside.is_dir());
    let left: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    assert_eq!(left, contents);
}

#[tokio::test]
async fn runtimes_that_share_a_folder_with_little_room_do_not_hinder_each_other() {
    let folder = Folder::new().unwrap();
    let (put_away, total) = three(&folder).await;
    let max = total - 1;
    // While all are found, nothing is put away and nothing goes.
    fs::remove_file(&put_away[0]).unwrap();
    let builders: Vec<_> = (0..4).map(|_| cached(&folder).max_code_cache(max).max_stores(1)).collect();
    let adding: Vec<_> = builders
        .into_iter()
        .map(|builder| {
            tokio::task::spawn(async move {
                let runtime = runtime_of(builder);
                for round in 0..4 {
                    for (name, bytes) in [("calc", apps::CALC), ("kv", apps::KV), ("relay", apps::RELAY)] {
                        add(&runtime, &format!("{name}-{round}"), bytes).await;
                    }
                }
            })
        })
        .collect();
    for adding in adding {
        adding.await.unwrap();
    }
    // Whoever put something away last has left what fits.
    let left = size(&place(&folder));
    assert!(left <= max, "{left} of {max}");
}

#[cfg(unix)]
mod unix {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn set_mode(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[tokio::test]
    async fn what_the_cache_makes_is_private() {
        let folder = Folder::new().unwrap();
        calc_of(cached(&folder)).await;
        assert_eq!(mode(&place(&folder)), 0o700);
        for file in fs::read_dir(place(&folder)).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }

    #[test]
    fn a_folder_or_secret_that_others_may_read_or_write_is_refused() {
        let folder = Folder::new().unwrap();
        cached(&folder).build().unwrap();
        let secret = place(&folder).join("secret");
        for (path, private, exposed) in
            [(place(&folder), 0o700, [0o755, 0o770, 0o702]), (secret, 0o600, [0o644, 0o660, 0o602])]
        {
            for exposed in exposed {
                set_mode(&path, exposed);
                let error = cached(&folder).build().unwrap_err();
                assert!(matches!(&error, RuntimeError::CodeCacheExposed { .. }), "{error}");
                let message = error.to_string();
                assert!(message.contains(&format!("whose mode is {exposed:o}\n  help: ")), "{message}");
            }
            set_mode(&path, private);
            cached(&folder).build().unwrap();
        }
    }

    #[test]
    fn who_names_a_folder_that_others_may_read_is_told_how_to_get_one() {
        let folder = Folder::new().unwrap();
        set_mode(folder.path(), 0o755);
        let message = Runtime::builder().code_cache(folder.path()).build().unwrap_err().to_string();
        assert!(
            message.contains("name a folder that is not there yet, which the code cache makes as it has to be"),
            "{message}"
        );
        Runtime::builder().code_cache(folder.path().join("new")).build().unwrap();
    }
}

#[test]
fn a_cache_that_cannot_be_used_is_refused_with_what_to_do() {
    let folder = Folder::new().unwrap();
    fs::write(place(&folder), "a file").unwrap();
    let error = cached(&folder).build().unwrap_err();
    assert!(matches!(error, RuntimeError::CodeCache { .. }), "{error}");
    fs::remove_file(place(&folder)).unwrap();
    cached(&folder).build().unwrap();
    fs::write(place(&folder).join("secret"), "short").unwrap();
    let message = cached(&folder).build().unwrap_err().to_string();
    assert!(message.contains("a secret has 32 bytes, and there are 5\n  help: remove the file"), "{message}");
}

/// Whoever may write to the folder can put anything under the name of an entry, also what is never read to its end.
#[cfg(unix)]
#[tokio::test]
async fn a_pipe_in_the_place_of_an_entry_keeps_nobody_waiting() {
    let folder = Folder::new().unwrap();
    calc_of(cached(&folder)).await;
    let path = entries(&place(&folder)).remove(0);
    fs::remove_file(&path).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let runtime = runtime_of(cached(&folder));
    let added = tokio::time::timeout(std::time::Duration::from_secs(10), runtime.add_app("calc", apps::CALC)).await;
    if added.is_err() {
        // So that whoever waits at the other end goes on, and this test ends.
        drop(fs::OpenOptions::new().write(true).open(&path));
    }
    assert!(!added.expect("it waits for the pipe").unwrap().was_cached());
}

/// Of a file that this host did not make, nothing is read that its owner could make long.
#[cfg(unix)]
#[tokio::test]
async fn whatever_lies_in_the_place_of_an_entry_costs_nothing() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new().unwrap();
    calc_of(cached(&folder)).await;
    let path = entries(&place(&folder)).remove(0);
    let entry = fs::read(&path).unwrap();
    let elsewhere = folder.path().join("elsewhere");
    fs::write(&elsewhere, &entry).unwrap();
    let put: [&dyn Fn(); 7] = [
        &|| fs::File::create(&path).unwrap().set_len(1 << 40).unwrap(),
        // The true beginning of an entry, with an end that takes no room on the disk.
        &|| {
            fs::write(&path, &entry).unwrap();
            fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(1 << 40).unwrap();
        },
        &|| symlink("/dev/zero", &path).unwrap(),
        &|| symlink(&path, &path).unwrap(),
        &|| symlink(&elsewhere, &path).unwrap(),
        &|| fs::create_dir(&path).unwrap(),
        &|| fs::write(&path, "").unwrap(),
    ];
    for (number, put) in put.into_iter().enumerate() {
        let _ = fs::remove_file(&path);
        put();
        for builder in [cached(&folder), cached(&folder).max_code_cache(u64::MAX)] {
            let adding = calc_of(builder.max_stores(1));
            let (_, app) = tokio::time::timeout(Duration::from_secs(10), adding).await.unwrap();
            assert!(!app.was_cached(), "{number}");
            // It has been replaced, if it could be.
            let _ = fs::remove_file(&path);
            if !path.is_dir() {
                put();
            }
        }
        if path.is_dir() {
            fs::remove_dir(&path).unwrap();
        }
    }
    fs::write(&path, &entry).unwrap();
    assert!(calc_of(cached(&folder)).await.1.was_cached());
}

/// A secret is looked for where the folder says, and nothing else is taken for it.
#[cfg(unix)]
#[test]
fn a_secret_that_is_no_file_is_refused() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new().unwrap();
    cached(&folder).build().unwrap();
    let secret = place(&folder).join("secret");
    let put: [&dyn Fn(); 3] =
        [&|| symlink("/dev/zero", &secret).unwrap(), &|| fs::create_dir(&secret).unwrap(), &|| {
            assert!(std::process::Command::new("mkfifo").arg(&secret).status().unwrap().success())
        }];
    for put in put {
        let _ = fs::remove_file(&secret);
        put();
        let error = cached(&folder).max_stores(1).build().unwrap_err();
        assert!(matches!(error, RuntimeError::CodeCache { .. }), "{error}");
        if secret.is_dir() {
            fs::remove_dir(&secret).unwrap();
        }
    }
}

/// With one secret come the same tokens, whatever is in the folder; and nothing in the folder depends on the secret.
#[tokio::test]
async fn a_runtimes_secret_has_nothing_to_do_with_the_folder() {
    let folder = Folder::new().unwrap();
    let cache = folder.path().join("cache");
    let mut tokens = Vec::new();
    for cached in [false, true] {
        let runtime = runtime_of(Runtime::builder().seed([7; 32]).code_cache(&cache));
        let app = add(&runtime, "calc", apps::CALC).await;
        assert_eq!(app.was_cached(), cached);
        let calc = again(&runtime, &app, &[]).await;
        tokens.push(runtime.export::<compute::Interface>(&calc).unwrap());
    }
    assert_eq!(tokens[0], tokens[1]);
}

#[test]
fn runtimes_of_one_secret_open_a_folder_at_the_same_time() {
    for _ in 0..10 {
        let folder = Folder::new().unwrap();
        let cache = folder.path().join("cache");
        let together = std::sync::Barrier::new(4);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    together.wait();
                    Runtime::builder().seed([7; 32]).code_cache(&cache).max_stores(1).build().unwrap();
                });
            }
        });
    }
}
