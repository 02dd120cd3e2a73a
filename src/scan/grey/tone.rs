//! Tones: contrast, light and shadow, specks.

use super::{Grey, byte};

impl Grey {
    /// Black for white.
    pub fn negative(&self) -> Self {
        self.with_pixels(self.pixels.iter().map(|pixel| 255 - pixel).collect())
    }

    /// Contrast drawn apart, so that a share of the pixels, in thousandths, is black and another white.
    pub fn stretched(&self, black: usize, white: usize) -> Self {
        let counts = self.counts();
        let share = |thousandths: usize| (self.pixels.len() * thousandths / 1000).max(1);
        let darkest = place_of(counts.iter(), share(black));
        let lightest = 255 - place_of(counts.iter().rev(), share(white));
        if lightest <= darkest + 1 {
            return self.clone();
        }
        let drawn: Vec<u8> = (0..256)
            .map(|shade: usize| {
                u8::try_from(shade.saturating_sub(darkest) * 255 / (lightest - darkest)).unwrap_or(255)
            })
            .collect();
        self.with_pixels(
            self.pixels
                .iter()
                .map(|pixel| drawn[usize::from(*pixel)])
                .collect(),
        )
    }

    fn counts(&self) -> [usize; 256] {
        let mut counts = [0; 256];
        for pixel in &self.pixels {
            counts[usize::from(*pixel)] += 1;
        }
        counts
    }

    /// Black up to a shade, white above it.
    pub fn cut_at(&self, shade: u8) -> Self {
        self.with_pixels(
            self.pixels
                .iter()
                .map(|pixel| if *pixel <= shade { 0 } else { 255 })
                .collect(),
        )
    }

    /// The shade at which ink and paper are the furthest apart (Otsu).
    pub fn ink_ends_at(&self) -> u8 {
        let counts = self.counts().map(|count| count as u64);
        let total = self.pixels.len() as u64;
        let light: u64 = (0..).zip(counts).map(|(shade, count)| shade * count).sum();
        let (mut dark_count, mut dark_light) = (0_u64, 0_u64);
        let (mut best, mut best_distance) = (0, 0_u128);
        for (shade, count) in (0_u8..=255).zip(counts) {
            dark_count += count;
            dark_light += u64::from(shade) * count;
            let bright_count = total - dark_count;
            if dark_count == 0 || bright_count == 0 {
                continue;
            }
            // Variance between the two sets, times total², so as to stay in whole numbers.
            let apart = (light * dark_count).abs_diff(total * dark_light);
            let distance =
                u128::from(apart) * u128::from(apart) / (u128::from(dark_count) * u128::from(bright_count));
            if distance > best_distance {
                (best, best_distance) = (shade, distance);
            }
        }
        best
    }

    /// The same contrast everywhere: how far each pixel is from the mean around it, against how far
    /// its neighbours are. Shadows, faint toner and grey paper come out as black on white.
    pub fn levelled(&self, radius: usize) -> Self {
        let mean = self.mean_around(radius);
        let distances = self.with_each(&mean, u8::abs_diff);
        let spread = distances.mean_around(radius);
        // Below 3 shades the paper's own grain would be blown up into dots.
        let shares = shares(3);
        let pairs = self.pixels.iter().zip(&mean.pixels).zip(&spread.pixels);
        let pixels = pairs
            .map(|((pixel, mean), spread)| {
                let share = &shares[usize::from(*spread)];
                let apart = byte(share.of(u32::from(pixel.abs_diff(*mean)) * 72));
                if pixel < mean {
                    128_u8.saturating_sub(apart)
                } else {
                    128_u8.saturating_add(apart)
                }
            })
            .collect();
        self.with_pixels(pixels)
    }

    /// Divided by the light of the paper around: shadows and gradients go, contrast stays.
    pub fn evenly_lit(&self, radius: usize) -> Self {
        let shares = shares(1);
        self.with_each(&self.mean_around(radius), |pixel, paper| {
            byte(shares[usize::from(paper)].of(u32::from(pixel) * 180))
        })
    }

    /// Black where darker than the mean around by so many shades, white elsewhere.
    pub fn cut_around(&self, radius: usize, shades: u8) -> Self {
        self.with_each(&self.mean_around(radius), |pixel, mean| {
            if pixel.saturating_add(shades) < mean {
                0
            } else {
                255
            }
        })
    }

    /// Edges drawn harder: away from the mean around, by so many sixteenths of the distance.
    pub fn sharpened(&self, radius: usize, sixteenths: i32) -> Self {
        self.with_each(&self.mean_around(radius), |pixel, mean| {
            let apart = i32::from(pixel) - i32::from(mean);
            shade(i32::from(pixel) + apart * sixteenths / 16)
        })
    }

    /// White specks in dark marks are filled.
    pub fn closed(&self) -> Self {
        self.extreme_around(u8::min).extreme_around(u8::max)
    }

    /// Dark specks on the paper are wiped.
    pub fn opened(&self) -> Self {
        self.extreme_around(u8::max).extreme_around(u8::min)
    }

    /// The darkest or the lightest of each pixel and its eight neighbours; the edge keeps its own.
    fn extreme_around(&self, choose: impl Fn(u8, u8) -> u8) -> Self {
        let mut across = self.pixels.clone();
        for (row, chosen) in self
            .pixels
            .chunks_exact(self.width)
            .zip(across.chunks_exact_mut(self.width))
        {
            for (three, pixel) in row.windows(3).zip(&mut chosen[1..]) {
                *pixel = choose(choose(three[0], three[1]), three[2]);
            }
        }
        let mut pixels = across.clone();
        for y in 1..self.height.saturating_sub(1) {
            let row = |y: usize| &across[y * self.width..][..self.width];
            let neighbours = row(y - 1).iter().zip(row(y)).zip(row(y + 1));
            for (((above, own), below), pixel) in neighbours.zip(&mut pixels[y * self.width..]) {
                *pixel = choose(choose(*above, *own), *below);
            }
        }
        self.with_pixels(pixels)
    }

    /// The mean of the square around each pixel, cut at the edges: along the rows, then the columns.
    pub fn mean_around(&self, radius: usize) -> Self {
        let shares: Vec<Share> = (0..self.width)
            .map(|x| Share::among(within(x, radius, self.width)))
            .collect();
        let mut along = vec![0; self.pixels.len()];
        let mut sums = Vec::new();
        for (row, means) in self
            .pixels
            .chunks_exact(self.width)
            .zip(along.chunks_exact_mut(self.width))
        {
            means_along(row, radius, &shares, &mut sums, means);
        }
        let row = |y: usize| &along[y * self.width..][..self.width];
        let mut sums = vec![0_u32; self.width];
        for y in 0..radius.min(self.height) {
            add(&mut sums, row(y));
        }
        let mut pixels = vec![0; along.len()];
        for (y, means) in pixels.chunks_exact_mut(self.width).enumerate() {
            if y + radius < self.height {
                add(&mut sums, row(y + radius));
            }
            if y > radius {
                for (sum, pixel) in sums.iter_mut().zip(row(y - radius - 1)) {
                    *sum -= u32::from(*pixel);
                }
            }
            let share = Share::among(within(y, radius, self.height));
            for (mean, sum) in means.iter_mut().zip(&sums) {
                *mean = share.mean(*sum);
            }
        }
        self.with_pixels(pixels)
    }

    fn with_each(&self, other: &Self, join: impl Fn(u8, u8) -> u8) -> Self {
        let pairs = self.pixels.iter().zip(&other.pixels);
        self.with_pixels(pairs.map(|(own, other)| join(*own, *other)).collect())
    }
}

/// Division by a number that stays the same, as a multiplication: three times as fast. Whole numbers below
/// 2³² come out as division has them, as long as the number divided, times the divisor, is below 2³² too.
#[derive(Clone, Copy)]
struct Share(u64);

impl Share {
    fn among(number: u32) -> Self {
        Self((1_u64 << 32).div_ceil(u64::from(number.max(1))))
    }

    fn of(self, whole: u32) -> u32 {
        u32::try_from((u64::from(whole) * self.0) >> 32).unwrap_or(u32::MAX)
    }

    /// Of so many shades added up.
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the mean of shades is a shade; without a check the columns are counted eight at a time"
    )]
    fn mean(self, sum: u32) -> u8 {
        ((u64::from(sum) * self.0) >> 32) as u8
    }
}

/// One for each shade, none below the least.
fn shares(least: u32) -> Vec<Share> {
    (0..256).map(|shade| Share::among(shade.max(least))).collect()
}

/// The mean of each pixel of a row and its neighbours in it.
fn means_along(row: &[u8], radius: usize, shares: &[Share], sums: &mut Vec<u32>, means: &mut [u8]) {
    // What stands before each place; the first and the last again and again beyond the edges.
    sums.clear();
    sums.resize(radius + 1, 0);
    let mut sum = 0;
    sums.extend(row.iter().map(|pixel| {
        sum += u32::from(*pixel);
        sum
    }));
    sums.resize(row.len() + 2 * radius + 1, sum);
    let around = sums.iter().zip(&sums[2 * radius + 1..]);
    for ((mean, share), (before, after)) in means.iter_mut().zip(shares).zip(around) {
        *mean = share.mean(after - before);
    }
}

/// Where the counts, added up, reach a number.
fn place_of<'count>(mut counts: impl Iterator<Item = &'count usize>, number: usize) -> usize {
    let mut seen = 0;
    let reached = counts.position(|count| {
        seen += count;
        seen >= number
    });
    reached.unwrap_or(0)
}

fn add(sums: &mut [u32], row: &[u8]) {
    for (sum, pixel) in sums.iter_mut().zip(row) {
        *sum += u32::from(*pixel);
    }
}

/// How many places are at most `radius` from this one.
fn within(place: usize, radius: usize, count: usize) -> u32 {
    let number = (place + radius + 1).min(count) - place.saturating_sub(radius);
    u32::try_from(number).unwrap_or(u32::MAX)
}

fn shade(value: i32) -> u8 {
    u8::try_from(value.clamp(0, 255)).unwrap_or(255)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, pixels: &[u8]) -> Grey {
        Grey::new(width, pixels.len() / width, pixels.to_vec()).unwrap()
    }

    #[test]
    fn ink_ends_between_ink_and_paper() {
        let picture = grey(6, &[10, 30, 20, 200, 220, 210]);
        assert_eq!(picture.ink_ends_at(), 30);
        assert_eq!(
            picture.cut_at(picture.ink_ends_at()).pixels(),
            [0, 0, 0, 255, 255, 255]
        );
        assert_eq!(grey(2, &[7, 7]).ink_ends_at(), 0);
    }

    #[test]
    fn stretching_draws_faint_contrast_apart() {
        assert_eq!(
            grey(4, &[100, 110, 120, 130]).stretched(10, 10).pixels(),
            [0, 85, 170, 255]
        );
        assert_eq!(grey(2, &[9, 9]).stretched(10, 10).pixels(), [9, 9]);
    }

    #[test]
    fn the_mean_around_is_that_of_the_square() {
        let picture = grey(3, &[0, 0, 0, 0, 90, 0, 0, 0, 0]);
        assert_eq!(
            picture.mean_around(1).pixels(),
            [22, 15, 22, 15, 10, 15, 22, 15, 22]
        );
        assert_eq!(picture.mean_around(0).pixels(), picture.pixels());
    }

    /// A faint mark on a bright side and one on a dark side of the same row.
    fn shaded() -> Grey {
        let mut pixels = [[210_u8; 40], [70; 40]].concat();
        pixels[10..16].fill(195);
        pixels[60..66].fill(55);
        grey(80, &pixels.repeat(20))
    }

    #[test]
    fn light_and_shadow_are_brought_to_the_same_paper() {
        for (how, picture) in [
            ("levelled", shaded().levelled(8)),
            ("cut around", shaded().cut_around(8, 4)),
        ] {
            let at = |x: usize| picture.pixels()[10 * 80 + x];
            assert!(at(12) < 90 && at(62) < 90, "{how}: {} {}", at(12), at(62));
            assert!(at(25) >= 120 && at(75) >= 120, "{how}: {} {}", at(25), at(75));
        }
        let lit = shaded().evenly_lit(8);
        let paper = |x: usize| lit.pixels()[10 * 80 + x];
        assert!(paper(25).abs_diff(paper(75)) < 8, "{} {}", paper(25), paper(75));
    }

    #[test]
    fn specks_go_and_marks_stay() {
        let mut pixels = vec![255_u8; 15 * 15];
        for y in 4..11 {
            pixels[y * 15 + 4..y * 15 + 11].fill(0);
        }
        let clean = grey(15, &pixels);
        pixels[7 * 15 + 7] = 255;
        assert!(grey(15, &pixels).closed() == clean);
        pixels[7 * 15 + 7] = 0;
        pixels[15 + 13] = 0;
        assert!(grey(15, &pixels).opened() == clean);
    }

    #[test]
    fn sharpening_moves_both_sides_of_an_edge_apart() {
        let edge = grey(6, &[100, 100, 100, 160, 160, 160].repeat(6)).sharpened(1, 16);
        let row = &edge.pixels()[12..18];
        assert!(row[2] < 100 && row[3] > 160, "{row:?}");
    }

    proptest::proptest! {
        #[test]
        fn no_size_makes_it_panic(width in 1_usize..9, height in 1_usize..9, radius in 0_usize..12, shade: u8) {
            let picture = Grey::new(width, height, vec![shade; width * height]).unwrap();
            for result in [
                picture.negative(), picture.stretched(10, 30), picture.cut_at(shade), picture.levelled(radius),
                picture.evenly_lit(radius), picture.cut_around(radius, shade), picture.sharpened(radius, 48),
                picture.closed(), picture.opened(),
            ] {
                proptest::prop_assert_eq!(result.pixels().len(), result.width() * result.height());
            }
        }
    }
}
