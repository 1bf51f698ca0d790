#[isorun::interface("wit/many-flags.wit")]
pub mod many_flags {}

struct Bits;

#[isorun::system]
impl many_flags::ManyFlags for Bits {
    fn get(&self) -> many_flags::Bits {
        many_flags::Bits::B32
    }
}

async fn call(bits: &many_flags::Caller) -> isorun::Result<many_flags::Bits> {
    bits.get().await
}

fn main() {}
