//! A shop in several editions, to put one in the place of another.

use isorun::{App, Instance, Runtime};

use crate::{add, again, guests};

/// What the apps provide and use.
pub const OLD: &str =
    "package acme:shop@1.0.0; interface shop { price: func(n: u32) -> u32; stock: func(n: u32) -> u32; }
    interface front { f: func(n: u32) -> u32; }";
/// An edition that says it is of the same track and lacks a function.
pub const SMALLER: &str = "package acme:shop@1.3.0; interface shop { price: func(n: u32) -> u32; }";
/// One whose function has other types.
pub const CHANGED: &str =
    "package acme:shop@1.1.0; interface shop { price: func(n: u64) -> u64; stock: func(n: u32) -> u32; }";

/// A function of one number, as guests declare it.
pub const NUMBER: &str = r#"(param "n" u32) (result u32)"#;

/// The body of a function that adds to its number.
pub fn plus(n: u32) -> String {
    format!("(i32.add (local.get 0) (i32.const {n}))")
}

/// `shop`: the price of n is n + 1, the stock is n + 2.
pub fn shop() -> Vec<u8> {
    guests::provider("acme:shop/shop@1.0.0", &[("price", NUMBER, &plus(1)), ("stock", NUMBER, &plus(2))])
}

/// A newer edition with its functions in another order and one more: the price of n is n + 101, the stock is n + 102.
pub fn newer() -> Vec<u8> {
    let more = ("lower", r#"(result u32)"#, "(i32.const 7)");
    guests::provider("acme:shop/shop@1.2.0", &[more, ("stock", NUMBER, &plus(102)), ("price", NUMBER, &plus(101))])
}

/// One whose `price` takes and gives wider numbers.
pub fn changed() -> Vec<u8> {
    let wide = r#"(param "n" u64) (result u64)"#;
    guests::provider("acme:shop/shop@1.1.0", &[("price", wide, "(local.get 0)"), ("stock", NUMBER, &plus(202))])
}

/// One that has no `stock`.
pub fn without_stock() -> Vec<u8> {
    guests::provider("acme:shop/shop@1.3.0", &[("price", NUMBER, &plus(301))])
}

/// An app that imports one function of the shop, and hands it on as `f` of `front`.
pub fn front(function: &str) -> Vec<u8> {
    guests::parse(&format!(
        r#"(component
            (import "acme:shop/shop@1.0.0" (instance $shop (export "{function}" (func (param "n" u32) (result u32)))))
            (alias export $shop "{function}" (func $f))
            (core func $f (canon lower (func $f)))
            (func $up (param "n" u32) (result u32) (canon lift (core func $f)))
            (instance $front (export "f" (func $up)))
            (export "acme:shop/front@1.0.0" (instance $front)))"#
    ))
}

/// A runtime with a shop.
pub async fn shop_in(runtime: Runtime) -> (Runtime, App, Instance) {
    for text in [OLD, CHANGED, SMALLER] {
        runtime.register_wit(text).unwrap();
    }
    let app = add(&runtime, "shop", &shop()).await;
    let shop = again(&runtime, &app, &[]).await;
    (runtime, app, shop)
}
