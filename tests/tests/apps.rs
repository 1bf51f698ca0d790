//! Two apps over a real disk, as in the quickstart: every function, every status.

use std::fs;

use isorun::Runtime;
use isorun_tests::kv::{self, Error};
use isorun_tests::server::{self, Header, Method, Request, Response};
use isorun_tests::{Disk, Folder, Memory, apps, runtime, start};

/// `kv` over the files in a folder.
async fn store(folder: &Folder) -> (Runtime, kv::Caller) {
    let runtime = runtime();
    let disk = runtime.provide(Disk::new(folder));
    let kv = start(&runtime, "kv", apps::KV, &[&disk]).await;
    let caller = kv.caller::<kv::Interface>().unwrap();
    (runtime, caller)
}

#[tokio::test]
async fn values_are_written_to_files_and_read_from_them() {
    let folder = Folder::new().unwrap();
    let (_runtime, kv) = store(&folder).await;
    kv.set("user/7/name", b"Ada").await.unwrap().unwrap();
    kv.set("empty", b"").await.unwrap().unwrap();
    assert_eq!(fs::read(folder.path().join("user%2f7%2fname")).unwrap(), b"Ada");
    assert_eq!(kv.get("user/7/name").await.unwrap(), Ok(Some(b"Ada".to_vec())));
    assert_eq!(kv.get("empty").await.unwrap(), Ok(Some(Vec::new())));
    assert_eq!(kv.get("user/8/name").await.unwrap(), Ok(None));
}

#[tokio::test]
async fn a_value_is_replaced_as_a_whole() {
    let folder = Folder::new().unwrap();
    let (_runtime, kv) = store(&folder).await;
    kv.set("a", b"a long value").await.unwrap().unwrap();
    kv.set("a", b"short").await.unwrap().unwrap();
    assert_eq!(kv.get("a").await.unwrap(), Ok(Some(b"short".to_vec())));
}

#[tokio::test]
async fn keys_are_listed_by_prefix_and_sorted_by_their_bytes() {
    let folder = Folder::new().unwrap();
    let (_runtime, kv) = store(&folder).await;
    // The names of the files of long keys are cut into folders.
    let long = "ü".repeat(64);
    for key in ["b", "a/2", "a/10", "A", "a", long.as_str()] {
        kv.set(key, key.as_bytes()).await.unwrap().unwrap();
    }
    assert_eq!(kv.keys("").await.unwrap().unwrap(), ["A", "a", "a/10", "a/2", "b", &long]);
    assert_eq!(kv.keys("a/").await.unwrap().unwrap(), ["a/10", "a/2"]);
    assert_eq!(kv.keys("c").await.unwrap().unwrap(), [""; 0]);
}

#[tokio::test]
async fn deleting_says_whether_there_was_something() {
    let folder = Folder::new().unwrap();
    let (_runtime, kv) = store(&folder).await;
    kv.set("a", b"1").await.unwrap().unwrap();
    assert_eq!(kv.delete("a").await.unwrap(), Ok(true));
    assert_eq!(kv.delete("a").await.unwrap(), Ok(false));
    assert_eq!(kv.get("a").await.unwrap(), Ok(None));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn an_error_of_the_app_is_a_value_and_leaves_the_instance_well() {
    let folder = Folder::new().unwrap();
    let (_runtime, kv) = store(&folder).await;
    let empty = kv.set("", b"1").await.unwrap();
    assert_eq!(empty, Err(Error::InvalidKey("the key is empty".into())));
    let long = kv.set(&"x".repeat(129), b"1").await.unwrap().unwrap_err();
    assert_eq!(long.to_string(), r#"invalid-key("the key has 129 bytes, more than 128")"#);
    assert_eq!(kv.keys("").await.unwrap(), Ok(Vec::new()));
}

#[tokio::test]
async fn an_error_of_the_disk_reaches_the_app_as_its_own_kind() {
    let folder = Folder::new().unwrap();
    let (_runtime, kv) = store(&folder).await;
    fs::create_dir(folder.path().join("taken")).unwrap();
    assert_eq!(kv.get("taken").await.unwrap(), Err(Error::Other("a folder is in the place of a value".into())));
}

#[tokio::test]
async fn what_one_instance_wrote_another_one_reads_after_it() {
    let folder = Folder::new().unwrap();
    let (first, kv) = store(&folder).await;
    kv.set("a", b"1").await.unwrap().unwrap();
    first.remove(kv.instance()).unwrap();
    let (_second, kv) = store(&folder).await;
    assert_eq!(kv.get("a").await.unwrap(), Ok(Some(b"1".to_vec())));
}

/// `notes` over a store in memory.
async fn notes() -> (Runtime, server::Caller) {
    let runtime = runtime();
    let store = runtime.provide(Memory::default());
    let notes = start(&runtime, "notes", apps::NOTES, &[&store]).await;
    let caller = notes.caller::<server::Interface>().unwrap();
    (runtime, caller)
}

async fn ask(web: &server::Caller, method: Method, path: &str, body: &str) -> Response {
    web.handle(&Request { method, path: path.into(), headers: Vec::new(), body: body.into() }).await.unwrap()
}

async fn status(web: &server::Caller, method: Method, path: &str, body: &str) -> u16 {
    ask(web, method, path, body).await.status
}

#[tokio::test]
async fn a_note_is_made_read_replaced_and_removed() {
    let (_runtime, web) = notes().await;
    assert_eq!(status(&web, Method::Get, "/notes/a", "").await, 404);
    assert_eq!(status(&web, Method::Put, "/notes/a", "one").await, 201);
    assert_eq!(status(&web, Method::Put, "/notes/a", "two").await, 204);
    assert_eq!(
        ask(&web, Method::Get, "/notes/a", "").await,
        Response {
            status: 200,
            headers: vec![Header { name: "content-type".into(), value: "text/plain; charset=utf-8".into() }],
            body: b"two".to_vec(),
        }
    );
    assert_eq!(status(&web, Method::Delete, "/notes/a", "").await, 204);
    assert_eq!(status(&web, Method::Delete, "/notes/a", "").await, 404);
}

#[tokio::test]
async fn all_notes_are_listed_by_name() {
    let (_runtime, web) = notes().await;
    for path in ["/notes/b", "/notes/a%20b", "/notes/gr%C3%BC%C3%9Fe"] {
        assert_eq!(status(&web, Method::Put, path, "x").await, 201, "{path}");
    }
    let list = ask(&web, Method::Get, "/notes?all", "").await;
    assert_eq!(String::from_utf8(list.body).unwrap(), "a b\nb\ngrüße\n");
}

#[tokio::test]
async fn what_is_asked_for_wrongly_has_a_status_of_its_own() {
    let (_runtime, web) = notes().await;
    assert_eq!(status(&web, Method::Get, "/elsewhere", "").await, 404);
    assert_eq!(status(&web, Method::Get, "/notes/%ff", "").await, 400);
    assert_eq!(status(&web, Method::Put, "/notes", "x").await, 405);
    assert_eq!(status(&web, Method::Other("BREW".into()), "/notes/a", "").await, 405);
    assert_eq!(status(&web, Method::Put, &format!("/notes/{}", "x".repeat(101)), "x").await, 400);
}

#[tokio::test]
async fn notes_lie_on_the_disk_two_apps_below() {
    let folder = Folder::new().unwrap();
    let (runtime, kv) = store(&folder).await;
    let notes = start(&runtime, "notes", apps::NOTES, &[kv.instance()]).await;
    let web = notes.caller::<server::Interface>().unwrap();
    assert_eq!(status(&web, Method::Put, "/notes/first", "three stores deep").await, 201);
    assert_eq!(fs::read_to_string(folder.path().join("notes%2ffirst")).unwrap(), "three stores deep");
    assert_eq!(kv.keys("").await.unwrap(), Ok(vec!["notes/first".to_string()]));
}
