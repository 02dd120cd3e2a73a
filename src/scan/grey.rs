//! An 8-bit grey picture: its geometry here, its tones in `tone`.

mod tone;

use crate::scan::place::Area;

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
        if factor == 1 {
            return self.clone();
        }
        let (width, height) = (self.width / factor, self.height / factor);
        let mut pixels = Vec::with_capacity(width * height);
        let mut sums = vec![0_u32; width];
        let square = u32::try_from(factor * factor).unwrap_or(u32::MAX);
        for rows in self.pixels.chunks_exact(self.width * factor) {
            sums.fill(square / 2);
            for row in rows.chunks_exact(self.width) {
                for (sum, across) in sums.iter_mut().zip(row.chunks_exact(factor)) {
                    *sum += across.iter().map(|pixel| u32::from(*pixel)).sum::<u32>();
                }
            }
            pixels.extend(sums.iter().map(|sum| byte(sum / square)));
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// Larger by a whole factor, each new pixel between its neighbours in proportion.
    pub fn enlarged(&self, factor: usize) -> Self {
        let factor = factor.max(1);
        let (width, height) = (self.width * factor, self.height * factor);
        // Where a new pixel's centre falls among the old ones: the one before it, the one after it,
        // and how far between them it is, in 256ths.
        let between = |place: usize, count: usize| {
            let along = (256 * (2 * place + 1) / (2 * factor)).saturating_sub(128);
            let before = (along / 256).min(count - 1);
            let part = u32::try_from(along % 256).unwrap_or(0);
            (before, (before + 1).min(count - 1), part)
        };
        let columns: Vec<_> = (0..width).map(|x| between(x, self.width)).collect();
        // Along the rows first, each of them once: the columns are then counted many at a time.
        let along = |y: usize, wide: &mut Vec<u32>| {
            let row = &self.pixels[y * self.width..][..self.width];
            wide.clear();
            wide.extend(columns.iter().map(|(left, right, along)| {
                u32::from(row[*left]) * (256 - along) + u32::from(row[*right]) * along
            }));
        };
        let (mut upper, mut lower) = (Vec::new(), Vec::new());
        let mut made = None;
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let (above, below, down) = between(y, self.height);
            if made != Some(above) {
                along(above, &mut upper);
                along(below, &mut lower);
                made = Some(above);
            }
            pixels.extend(
                upper
                    .iter()
                    .zip(&lower)
                    .map(|(upper, lower)| shade_of(upper * (256 - down) + lower * down)),
            );
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// The part of it within an area; `None` when nothing of it is.
    pub fn cropped(&self, area: Area) -> Option<Self> {
        let (left, top) = (area.left.min(self.width), area.top.min(self.height));
        let width = area.width.min(self.width - left);
        let height = area.height.min(self.height - top);
        let rows = self.pixels.chunks_exact(self.width).skip(top).take(height);
        let mut pixels = Vec::with_capacity(width * height);
        for row in rows {
            pixels.extend_from_slice(&row[left..left + width]);
        }
        Self::new(width, height, pixels)
    }

    /// Turned about its centre, on white, large enough to keep the corners. The angle is given by its
    /// sine and cosine.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "places of pixels in a small region, checked to be inside before they are looked up"
    )]
    pub fn turned(&self, (sine, cosine): (f32, f32)) -> Self {
        let (own_width, own_height) = (self.width as f32, self.height as f32);
        let width = (own_width * cosine.abs() + own_height * sine.abs()).ceil() as usize;
        let height = (own_width * sine.abs() + own_height * cosine.abs()).ceil() as usize;
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let down = y as f32 - height as f32 / 2.0;
            for x in 0..width {
                let across = x as f32 - width as f32 / 2.0;
                let there = cosine * across + sine * down + own_width / 2.0;
                let below = cosine * down - sine * across + own_height / 2.0;
                let is_inside =
                    there >= 0.0 && below >= 0.0 && there < own_width - 1.0 && below < own_height - 1.0;
                pixels.push(if is_inside {
                    self.between(there, below)
                } else {
                    255
                });
            }
        }
        Self {
            width,
            height,
            pixels,
        }
    }

    /// The shade at a place between pixels, one pixel or more from the right and lower edges.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the place is inside the picture"
    )]
    fn between(&self, x: f32, y: f32) -> u8 {
        let (left, top) = (x as usize, y as usize);
        let (across, down) = (x - left as f32, y - top as f32);
        let row = |y: usize| {
            let at = y * self.width + left;
            f32::from(self.pixels[at]) * (1.0 - across) + f32::from(self.pixels[at + 1]) * across
        };
        (row(top) * (1.0 - down) + row(top + 1) * down) as u8
    }

    /// Rows for columns.
    pub fn transposed(&self) -> Self {
        let mut pixels = Vec::with_capacity(self.pixels.len());
        for x in 0..self.width {
            pixels.extend(self.pixels[x..].iter().step_by(self.width));
        }
        Self {
            width: self.height,
            height: self.width,
            pixels,
        }
    }

    fn with_pixels(&self, pixels: Vec<u8>) -> Self {
        Self {
            width: self.width,
            height: self.height,
            pixels,
        }
    }
}

/// A shade from 65,536 times as much.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a mean of shades is a shade; without a check the pixels are counted many at a time"
)]
fn shade_of(value: u32) -> u8 {
    (value >> 16) as u8
}

/// The value as a shade; above white it is white.
fn byte(value: u32) -> u8 {
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
    fn enlarging_keeps_flat_areas_and_smooths_edges() {
        let large = grey(2, &[0, 160]).enlarged(2);
        assert_eq!((large.width(), large.height()), (4, 2));
        assert_eq!(large.pixels(), [0, 40, 120, 160, 0, 40, 120, 160]);
        assert_eq!(grey(2, &[7, 7]).enlarged(3).pixels(), [7; 18]);
    }

    #[test]
    fn cropping_keeps_what_is_inside() {
        let picture = grey(3, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        let area = |left, top, width, height| Area {
            left,
            top,
            width,
            height,
        };
        assert_eq!(picture.cropped(area(1, 1, 9, 1)).unwrap().pixels(), [5, 6]);
        assert!(picture.cropped(area(3, 0, 2, 2)).is_none());
        assert!(picture.cropped(area(0, 0, 0, 2)).is_none());
    }

    #[test]
    fn a_quarter_turn_and_a_transposition_put_pixels_where_they_belong() {
        let picture = grey(
            9,
            &std::array::from_fn::<u8, 81, _>(|place| u8::try_from(place).unwrap()),
        );
        let turned = picture.turned((1.0, 0.0));
        // What was in the middle of the left side stands in the middle of the top.
        assert_eq!(turned.pixels()[9 + 4], picture.pixels()[5 * 9 + 1]);
        assert_eq!(
            grey(2, &[1, 2, 3, 4, 5, 6]).transposed().pixels(),
            [1, 3, 5, 2, 4, 6]
        );
    }

    proptest::proptest! {
        #[test]
        fn no_size_makes_it_panic(width in 1_usize..9, height in 1_usize..9, factor in 0_usize..12, angle in -7_f32..7.0) {
            let picture = Grey::new(width, height, vec![200; width * height]).unwrap();
            for result in [picture.reduced(factor), picture.enlarged(factor), picture.turned(angle.sin_cos()), picture.transposed()] {
                proptest::prop_assert_eq!(result.pixels().len(), result.width() * result.height());
            }
        }
    }
}
