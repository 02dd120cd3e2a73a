//! Numbers drawn from a seed, a kind and a place: what one picture draws changes nothing of the others.

use fastrand::Rng;

/// Where a picture draws its numbers from.
pub struct Random(Rng);

impl Random {
    /// For one picture.
    pub fn of(seed: u64, kind: &str, place: usize) -> Self {
        // FNV-1a: any mixing will do, as long as it stays the same.
        let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        let named = kind.bytes().fold(seed ^ 0xcbf2_9ce4_8422_2325, mix);
        let placed = (place as u64).to_le_bytes().into_iter().fold(named, mix);
        Self(Rng::with_seed(placed))
    }

    /// Any number between two.
    pub fn between(&mut self, least: f32, most: f32) -> f32 {
        least + (most - least) * self.0.f32()
    }

    /// Any whole number from the first up to, and not, the second.
    pub fn below(&mut self, least: usize, most: usize) -> usize {
        self.0.usize(least..most)
    }

    /// True so often.
    pub fn happens(&mut self, chance: f32) -> bool {
        self.0.f32() < chance
    }

    /// One of them.
    pub fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.0.usize(..all.len())]
    }

    /// About a normal law around 0: the sum of four even ones has its first moments.
    pub fn grain(&mut self, spread: f32) -> f32 {
        let sum: f32 = (0..4).map(|_| self.0.f32()).sum();
        (sum - 2.0) * 1.732 * spread
    }

    /// So many capitals and digits.
    pub fn characters(&mut self, count: usize) -> String {
        const ALPHABET: &[u8] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
        (0..count).map(|_| char::from(*self.one_of(ALPHABET))).collect()
    }

    /// So many digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from(*self.one_of(b"0123456789")))
            .collect()
    }

    /// A seed for what draws by itself.
    pub fn seed(&mut self) -> u128 {
        self.0.u128(..)
    }
}
