//! One module, several systems of it, also generic ones and ones in other modules.
#![deny(warnings, missing_docs, unreachable_pub)]

/// The stores.
#[isorun::interface("wit/several.wit")]
pub mod store {}

struct Fixed(&'static str);

#[isorun::system]
impl store::Store for Fixed {
    fn get(&self, _: &str) -> Option<String> {
        Some(self.0.to_owned())
    }
}

mod nested {
    pub(super) struct With<F, const N: usize>(pub(super) F);

    #[isorun::system]
    impl<F, const N: usize> crate::store::Store for With<F, N>
    where
        F: Fn(&str) -> Option<String> + Send + Sync + 'static,
    {
        async fn get(&self, key: &str) -> Option<String> {
            std::future::ready((self.0)(key)).await
        }
    }
}

fn is_a_store(_: &impl isorun::System<store::Interface>) {}

fn main() {
    is_a_store(&Fixed("x"));
    is_a_store(&nested::With::<_, 1>(|key: &str| Some(key.to_owned())));
}
