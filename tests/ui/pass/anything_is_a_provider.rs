//! Code that is generic over the trait runs on a system, a caller, a remote, and a mock written by hand.
#![deny(warnings, missing_docs, unreachable_pub)]

/// The stores.
#[isorun::interface("wit/several.wit", interface = "test:several/store@0.1.0")]
pub mod store {}

struct Mock;

impl store::Store for Mock {
    async fn get(&self, _: &isorun::Cx, key: &str) -> isorun::Result<Option<String>> {
        Ok(Some(key.to_owned()))
    }
}

async fn has(store: &impl store::Store, cx: &isorun::Cx, key: String) -> isorun::Result<bool> {
    Ok(store.get(cx, &key).await?.is_some())
}

async fn everywhere(caller: &store::Caller, remote: &isorun::Remote<store::Interface>, cx: &isorun::Cx) -> isorun::Result<bool> {
    Ok(has(caller, cx, "a".to_owned()).await? && has(remote, cx, "b".to_owned()).await? && has(&Mock, cx, "c".to_owned()).await?)
}

fn main() {
    let _ = everywhere;
}
