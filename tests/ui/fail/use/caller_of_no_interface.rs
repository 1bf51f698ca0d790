struct Disk;

fn start(instance: &isorun::Instance) {
    let _ = instance.caller::<Disk>();
}

fn main() {}
