//! A limb: what a processor multiplies at once.

/// The limb that fits this processor.
#[cfg(target_pointer_width = "64")]
pub(super) type Native = u64;
#[cfg(not(target_pointer_width = "64"))]
pub(super) type Native = u32;

/// Arithmetic of one width. A column is three limbs, the lowest first; it holds sums of as many products as are made here.
pub(super) trait Limb: Copy + Default + Ord {
    const OCTETS: usize;

    /// Zeros, as many as the largest modulus has limbs.
    fn array() -> impl AsMut<[Self]>;

    fn from_octets(octets: &[u8]) -> Self;

    fn write_octets(self, octets: &mut [u8]);

    /// column + a b
    fn add_product(column: &mut [Self; 3], a: Self, b: Self);

    /// column + other
    fn add(column: &mut [Self; 3], other: &[Self; 3]);

    /// The lower limb of a b.
    fn low_product(a: Self, b: Self) -> Self;

    /// The lower and the upper limb of a b + c.
    fn multiply_add(a: Self, b: Self, c: Self) -> (Self, Self);

    fn plus(self, other: Self, carry: bool) -> (Self, bool);

    fn minus(self, other: Self, borrow: bool) -> (Self, bool);

    /// The two limbs `high` and `low` by `divisor`, at most the highest limb.
    fn divide(high: Self, low: Self, divisor: Self) -> Self;

    /// -1/n modulo the range of a limb, for an odd n, by Newton's iteration: each step doubles the bits that are right.
    fn negative_inverse(self) -> Self;
}

macro_rules! limb {
    ($limb:ident, $wide:ident) => {
        impl Limb for $limb {
            const OCTETS: usize = size_of::<$limb>();

            fn array() -> impl AsMut<[Self]> {
                [0; super::rsa_arithmetic::MAX_OCTETS / size_of::<$limb>()]
            }

            fn from_octets(octets: &[u8]) -> Self {
                octets.iter().fold(0, |limb, octet| limb << 8 | Self::from(*octet))
            }

            fn write_octets(self, octets: &mut [u8]) {
                for (octet, value) in octets.iter_mut().rev().zip(self.to_le_bytes()) {
                    *octet = value;
                }
            }

            #[inline(always)]
            fn add_product(column: &mut [Self; 3], a: Self, b: Self) {
                let (low, high) = a.carrying_mul(b, 0);
                let (sum, carry) = column[0].overflowing_add(low);
                column[0] = sum;
                let (sum, carry) = column[1].carrying_add(high, carry);
                column[1] = sum;
                column[2] = column[2].wrapping_add(Self::from(carry));
            }

            #[inline(always)]
            fn add(column: &mut [Self; 3], other: &[Self; 3]) {
                let mut carry = false;
                for (limb, other) in column.iter_mut().zip(other) {
                    (*limb, carry) = limb.carrying_add(*other, carry);
                }
            }

            #[inline(always)]
            fn low_product(a: Self, b: Self) -> Self {
                a.wrapping_mul(b)
            }

            #[inline(always)]
            fn multiply_add(a: Self, b: Self, c: Self) -> (Self, Self) {
                a.carrying_mul(b, c)
            }

            #[inline(always)]
            fn plus(self, other: Self, carry: bool) -> (Self, bool) {
                self.carrying_add(other, carry)
            }

            #[inline(always)]
            fn minus(self, other: Self, borrow: bool) -> (Self, bool) {
                self.borrowing_sub(other, borrow)
            }

            fn divide(high: Self, low: Self, divisor: Self) -> Self {
                let number = $wide::from(high) << Self::BITS | $wide::from(low);
                number
                    .checked_div($wide::from(divisor))
                    .and_then(|quotient| quotient.try_into().ok())
                    .unwrap_or(Self::MAX)
            }

            fn negative_inverse(self) -> Self {
                // 5 bits are right to begin with: 5, 10, 20, 40, 80.
                let mut inverse = self.wrapping_mul(3) ^ 2;
                for _ in 0..4 {
                    let two: Self = 2;
                    inverse = inverse.wrapping_mul(two.wrapping_sub(self.wrapping_mul(inverse)));
                }
                inverse.wrapping_neg()
            }
        }
    };
}

#[cfg(any(test, target_pointer_width = "64"))]
limb!(u64, u128);
#[cfg(any(test, not(target_pointer_width = "64")))]
limb!(u32, u64);
