//! An 8-bit grey picture and the few operations that reading a code needs.

/// A picture in shades of grey, 0 black, 255 white, row after row.
#[derive(Clone, PartialEq, Eq)]
pub struct Grey {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Grey {
    /// `None` when there are not as many pixels as the two sides say, or none.
    pub fn new(width: usize, height: usize, pixels: Vec<u8>) -> Option<Self> {
        let is_whole = width > 0 && width.checked_mul(height) == Some(pixels.len()) && !pixels.is_empty();
        is_whole.then_some(Self {
            width,
            height,
            pixels,
        })
    }

    /// Pixels in a row.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.height
    }

    /// The longer of the two.
    pub fn longest_side(&self) -> usize {
        self.width.max(self.height)
    }

    /// All pixels.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Smaller by a whole factor: each pixel the mean of a square. Rests at the edges are dropped.
    pub fn reduced(&self, factor: usize) -> Self {
        let factor = factor.clamp(1, self.width.min(self.height));
        let (width, height) = (self.width / factor, self.height / factor);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0_usize; width];
        for rows in self.pixels.chunks_exact(self.width * factor) {
            sums.fill(0);
            for row in rows.chunks_exact(self.width) {
                for (sum, square) in sums.iter_mut().zip(row.chunks_exact(factor)) {
                    *sum += square.iter().map(|pixel| usize::from(*pixel)).sum::<usize>();
                }
            }
            pixels.extend(sums.iter().map(|sum| byte(sum / (factor * factor))));
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Twice as large, each new pixel a mean of its neighbours.
    pub fn doubled(&self) -> Self {
        let (width, height) = (self.width * 2, self.height * 2);
        // The four nearest old pixels weigh 9, 3, 3 and 1 sixteenths.
        let nearest = |place: usize, count: usize| {
            let own = place / 2;
            let other = if place.is_multiple_of(2) {
                own.saturating_sub(1)
            } else {
                (own + 1).min(count - 1)
            };
            (own, other)
        };
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (own_y, other_y) = nearest(y, self.height);
            let own_row = &self.pixels[own_y * self.width..][..self.width];
            let other_row = &self.pixels[other_y * self.width..][..self.width];
            for x in 0..width {
                let (own, other) = nearest(x, self.width);
                let near = 3 * usize::from(own_row[own]) + usize::from(own_row[other]);
                let far = 3 * usize::from(other_row[own]) + usize::from(other_row[other]);
                pixels.push(byte((3 * near + far) / 16));
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Black for white.
    pub fn negative(&self) -> Self {
        self.with_pixels(self.pixels.iter().map(|pixel| 255 - pixel).collect())
    }

    /// Black or white, cut where the two sets of shades are the furthest apart (Otsu).
    pub fn two_levels(&self) -> Self {
        let cut = self.cut();
        self.with_pixels(
            self.pixels
                .iter()
                .map(|pixel| if *pixel <= cut { 0 } else { 255 })
                .collect(),
        )
    }

    fn cut(&self) -> u8 {
        let mut counts = [0_u64; 256];
        for pixel in &self.pixels {
            counts[usize::from(*pixel)] += 1;
        }
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
        let smooth = self.mean_around(1);
        let mean = smooth.mean_around(radius);
        let distances = smooth
            .pixels
            .iter()
            .zip(&mean.pixels)
            .map(|(pixel, mean)| pixel.abs_diff(*mean))
            .collect();
        let spread = self.with_pixels(distances).mean_around(radius);
        let pixels = smooth
            .pixels
            .iter()
            .zip(&mean.pixels)
            .zip(&spread.pixels)
            .map(|((pixel, mean), spread)| {
                // Below 3 shades the paper's own grain would be blown up into dots.
                let level = 128 + (i32::from(*pixel) - i32::from(*mean)) * 72 / i32::from(*spread).max(3);
                u8::try_from(level.clamp(0, 255)).unwrap_or(255)
            })
            .collect();
        self.with_pixels(pixels)
    }

    /// The mean of the square around each pixel, cut at the edges.
    fn mean_around(&self, radius: usize) -> Self {
        let sums = self.sums();
        let stride = self.width + 1;
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for y in 0..self.height {
            let (top, bottom) = (y.saturating_sub(radius), (y + radius + 1).min(self.height));
            for x in 0..self.width {
                let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(self.width));
                // Differences are right even where the sums wrapped around.
                let sum = sums[bottom * stride + right]
                    .wrapping_sub(sums[bottom * stride + left])
                    .wrapping_sub(sums[top * stride + right])
                    .wrapping_add(sums[top * stride + left]);
                pixels.push(byte(sum as usize / ((bottom - top) * (right - left))));
            }
        }
        self.with_pixels(pixels)
    }

    /// Summed-area table, one row and one column larger than the picture.
    fn sums(&self) -> Vec<u32> {
        let stride = self.width + 1;
        let mut sums = vec![0_u32; stride * (self.height + 1)];
        for (y, row) in self.pixels.chunks_exact(self.width).enumerate() {
            let mut along = 0_u32;
            for (x, pixel) in row.iter().enumerate() {
                along = along.wrapping_add(u32::from(*pixel));
                sums[(y + 1) * stride + x + 1] = sums[y * stride + x + 1].wrapping_add(along);
            }
        }
        sums
    }

    fn with_pixels(&self, pixels: Vec<u8>) -> Self {
        Self {
            width: self.width,
            height: self.height,
            pixels,
        }
    }
}

fn byte(value: usize) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grey(width: usize, pixels: &[u8]) -> Grey {
        Grey::new(width, pixels.len() / width, pixels.to_vec()).unwrap()
    }

    #[test]
    fn a_picture_has_as_many_pixels_as_it_says() {
        assert!(Grey::new(2, 2, vec![0; 4]).is_some());
        assert!(Grey::new(2, 2, vec![0; 5]).is_none());
        assert!(Grey::new(0, 5, vec![]).is_none());
        assert!(Grey::new(usize::MAX, 2, vec![0; 4]).is_none());
    }

    #[test]
    fn reducing_takes_means_and_drops_the_rest() {
        let small = grey(5, &[0, 100, 50, 50, 9, 100, 200, 50, 50, 9]).reduced(2);
        assert_eq!((small.width(), small.height()), (2, 1));
        assert_eq!(small.pixels(), [100, 50]);
        assert_eq!(grey(2, &[1, 2]).reduced(9).pixels(), [1, 2]);
    }

    #[test]
    fn doubling_keeps_flat_areas_and_smooths_edges() {
        let large = grey(2, &[0, 160]).doubled();
        assert_eq!((large.width(), large.height()), (4, 2));
        assert_eq!(large.pixels(), [0, 40, 120, 160, 0, 40, 120, 160]);
    }

    #[test]
    fn two_levels_are_cut_between_ink_and_paper() {
        let picture = grey(6, &[10, 30, 20, 200, 220, 210]);
        assert_eq!(picture.two_levels().pixels(), [0, 0, 0, 255, 255, 255]);
        assert_eq!(grey(2, &[7, 7]).two_levels().pixels(), [255, 255]);
    }

    #[test]
    fn levelling_brings_faint_and_shaded_marks_to_the_same_contrast() {
        // A faint mark on a bright side and one on a dark side of the same row.
        let mut pixels = [[210_u8; 40], [70; 40]].concat();
        pixels[10..16].fill(200);
        pixels[60..66].fill(60);
        let rows = pixels.repeat(20);
        let level = grey(80, &rows).levelled(8);
        let at = |x: usize| level.pixels()[10 * 80 + x];
        assert!(at(12) < 90 && at(62) < 90, "{} {}", at(12), at(62));
        assert!(at(25) >= 120 && at(75) >= 120, "{} {}", at(25), at(75));
    }

    proptest::proptest! {
        #[test]
        fn no_size_makes_it_panic(width in 1_usize..9, height in 1_usize..9, factor in 0_usize..12, radius in 0_usize..12) {
            let picture = Grey::new(width, height, vec![200; width * height]).unwrap();
            for result in [picture.reduced(factor), picture.doubled(), picture.two_levels(), picture.levelled(radius), picture.negative()] {
                proptest::prop_assert_eq!(result.pixels().len(), result.width() * result.height());
            }
        }
    }
}
