/** Colours of flowers, from rose to hyacinth. */
const hues = [5, 250, 45, 115, 330, 145, 80, 190, 295, 225, 270];

/** Customers of one type bear one colour. */
export function hueOf(type: string | null): number | null {
  if (type === null) return null;
  let sum = 0;
  for (const letter of type) sum = (sum * 31 + letter.charCodeAt(0)) % 9973;
  return hues[sum % hues.length] ?? null;
}

const petals = [0, 72, 144, 216, 288];

export function Blossom({ hue, size = 18 }: { hue: number | null; size?: number }) {
  const colour = hue === null ? 'var(--line-strong)' : `oklch(var(--petal-light) 0.13 ${hue})`;
  return (
    <svg className="blossom" width={size} height={size} viewBox="-12 -12 24 24" aria-hidden="true">
      {petals.map((turn) => (
        <ellipse key={turn} cy="-6" rx="4" ry="5.6" transform={`rotate(${turn})`} fill={colour} />
      ))}
      <circle r="2.8" fill="var(--pollen)" />
    </svg>
  );
}
