//! Keywords, names of the prelude, names that are equal after conversion, names that the module has for itself.
#![deny(warnings, missing_docs, unreachable_pub)]

/// Names.
#[isorun::interface("wit/names.wit")]
pub mod names {}

struct System;

#[isorun::system]
impl names::Names for System {
    fn match_(&self, cx: &isorun::Cx, type_: names::Type, __cx: u8, this: &u8, _self: u8) -> names::Result {
        let _ = (cx, type_.self_, type_.async_, type_.crate_, __cx, this);
        names::Result::Ok(1)
    }
    fn clone(&self, _: &names::Vec, _: names::Box) {}
    fn instance(&self) -> Result<names::Option, names::Result> {
        Ok(names::Option::Self_)
    }
    fn http_get(&self, _: names::HttpV2, _: names::Is64Bit) -> names::Is64Bit2 {
        names::Is64Bit2::Yes
    }
    async fn r_box(&self, f: &names::Future, _: names::CallerType, _: names::InterfaceType, n: names::NamesType) -> (names::Box,) {
        let _ = (f.send, n | names::NamesType::READ);
        std::future::ready((Vec::new(),)).await
    }
}

fn main() {}
