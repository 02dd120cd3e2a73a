//! What happens to a thing before it is shown: pens, coffee, scratches, heat.

use image::{Rgb, RgbImage};

use super::random::Random;
use super::scene::Scene;

impl Scene {
    /// From a place of the picture to one measured from the middle of the code, in sides of it.
    fn in_sides(&self, x: u32, y: u32) -> (f32, f32) {
        let side = self.modules * self.module;
        ((x as f32 - self.aim.0) / side, (y as f32 - self.aim.1) / side)
    }

    fn repainted(mut self, paint: impl Fn((f32, f32), [u8; 3]) -> [u8; 3]) -> Self {
        let (width, height) = self.picture.dimensions();
        self.picture = RgbImage::from_fn(width, height, |x, y| {
            Rgb(paint(self.in_sides(x, y), self.picture.get_pixel(x, y).0))
        });
        self
    }

    /// Crossed out with a ball-point pen, blue more often than black.
    pub fn crossed_out(self, random: &mut Random) -> Self {
        let ink = if random.happens(0.8) {
            [35, 45, 150]
        } else {
            [40, 38, 42]
        };
        let strokes: Vec<[f32; 4]> = (0..random.below(2, 6))
            .map(|_| {
                let angle = random.between(0.0, 6.28);
                [
                    angle.cos(),
                    angle.sin(),
                    random.between(-0.4, 0.4),
                    random.between(0.0, 6.28),
                ]
            })
            .collect();
        let width = random.between(0.008, 0.018);
        self.repainted(|(x, y), seen| {
            let is_pen = x.hypot(y) < 0.9
                && strokes.iter().any(|[cosine, sine, offset, phase]| {
                    let (along, far) = (x * cosine + y * sine, y * cosine - x * sine);
                    (far - offset - 0.05 * (along * 9.0 + phase).sin()).abs() < width
                });
            if is_pen {
                [0, 1, 2].map(|channel| seen[channel].min(ink[channel]))
            } else {
                seen
            }
        })
    }

    /// A cup of coffee stood on it.
    pub fn stained(self, random: &mut Random) -> Self {
        let middle = (random.between(-0.5, 0.5), random.between(-0.5, 0.5));
        let radius = random.between(0.5, 1.1);
        let strength = random.between(0.35, 0.7);
        self.repainted(|(x, y), seen| {
            let far =
                (x - middle.0).hypot(y - middle.1) / radius + 0.03 * (x * 31.0).sin() * (y * 27.0).cos();
            let cover = if far > 1.0 {
                0.0
            } else if far > 0.92 {
                strength
            } else {
                strength * 0.6
            };
            let tint = [150.0_f32, 105.0, 60.0];
            [0, 1, 2].map(|channel| {
                let shade = f32::from(seen[channel]);
                (shade * (1.0 - cover) + shade.min(tint[channel]) * cover) as u8
            })
        })
    }

    /// Scratched to the paper, lines across the code.
    pub fn scratched(self, random: &mut Random, most: usize) -> Self {
        let lines: Vec<[f32; 4]> = (0..random.below(1, most + 1))
            .map(|_| {
                let angle = random.between(0.0, 6.28);
                [
                    angle.cos(),
                    angle.sin(),
                    random.between(-0.5, 0.5),
                    random.between(0.004, 0.02),
                ]
            })
            .collect();
        self.repainted(|(x, y), seen| {
            let is_bare = lines
                .iter()
                .any(|[cosine, sine, offset, width]| (y * cosine - x * sine - offset).abs() < *width);
            if is_bare { [235; 3] } else { seen }
        })
    }

    /// A piece is gone: torn off, or stuck over.
    pub fn torn(self, random: &mut Random, most: f32) -> Self {
        let reach = random.between(0.08, most);
        // Towards the corner without a mark, or at the middle of a side: a code without a corner mark is no code.
        let middle = *random.one_of(&[(0.5, 0.5), (0.5, 0.0), (0.0, 0.5), (0.1, 0.1)]);
        let shade = if random.happens(0.5) {
            [225, 222, 215]
        } else {
            [90, 70, 60]
        };
        self.repainted(|(x, y), seen| {
            let ragged = 0.15 * (x * 40.0).sin() * (y * 33.0).sin();
            let is_gone = (x - middle.0).hypot(y - middle.1) < reach * (1.0 + ragged);
            if is_gone { shade } else { seen }
        })
    }

    /// From a thermal printer with dead and weak elements, faded since.
    pub fn thermal(self, random: &mut Random) -> Self {
        let dead: Vec<f32> = (0..random.below(1, 5))
            .map(|_| random.between(-0.5, 0.5))
            .collect();
        let burnt = random.between(60.0, 165.0);
        let weak = random.between(0.45, 0.9);
        let band = random.between(0.1, 0.4);
        self.repainted(|(x, y), seen| {
            let is_dead = dead.iter().any(|place| (x - place).abs() < 0.008);
            let weakness = if (y / band).rem_euclid(3.0) < 1.0 {
                weak
            } else {
                1.0
            };
            let ink = if seen[0] < 128 && !is_dead {
                (238.0 - burnt) * weakness
            } else {
                0.0
            };
            [238.0, 236.0, 232.0_f32].map(|paper| (paper - ink) as u8)
        })
    }

    /// Beyond every error correction: two thirds of it are gone.
    pub fn destroyed(self, random: &mut Random) -> Self {
        let seed = random.between(0.0, 100.0);
        self.repainted(|(x, y), seen| {
            if x.abs() > 0.5 || y.abs() > 0.5 {
                return seen;
            }
            let cell = |place: f32| ((place + 1.0) * 9.0).floor();
            let mixed = (cell(x) * 12.9898 + cell(y) * 78.233 + seed).sin() * 43_758.547;
            if mixed.rem_euclid(1.0) < 0.67 {
                [230; 3]
            } else {
                seen
            }
        })
    }
}
