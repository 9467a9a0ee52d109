/** Fingers, mouse and wheel on the map, told as what they mean. Positions are in CSS pixels from the element's corner. */
export interface Gestures {
  /** True when it meant something: then it is no part of a double tap. */
  tap(x: number, y: number, isTouch: boolean): boolean;
  drag(dx: number, dy: number): void;
  pinch(factor: number, x: number, y: number): void;
  /** Two quick taps that meant nothing each. */
  reset(): void;
  /** No finger is down any more, the wheel rests. */
  rest(): void;
}

/** A finger that moved less than this has not moved. */
const STILL = 8;
const DOUBLE_TAP_MS = 300;
const WHEEL_RESTS_MS = 150;

interface Finger {
  readonly startX: number;
  readonly startY: number;
  x: number;
  y: number;
}

/** The listeners live as long as the element. */
export function watchGestures(on: HTMLElement, gestures: Gestures): void {
  const fingers = new Map<number, Finger>();
  let isMoving = false;
  let lastTap = { ms: Number.NEGATIVE_INFINITY, x: 0, y: 0 };
  let wheel = 0;

  const placeOf = ({ clientX, clientY }: MouseEvent): readonly [number, number] => {
    const { left, top } = on.getBoundingClientRect();
    return [clientX - left, clientY - top];
  };
  const lifted = (pointer: number): void => {
    fingers.delete(pointer);
    if (fingers.size === 0) gestures.rest();
  };

  on.addEventListener('pointerdown', (event) => {
    if (event.button !== 0) return;
    const [x, y] = placeOf(event);
    fingers.set(event.pointerId, { startX: x, startY: y, x, y });
    if (fingers.size === 1) isMoving = false;
    on.setPointerCapture(event.pointerId);
  });

  on.addEventListener('pointermove', (event) => {
    const finger = fingers.get(event.pointerId);
    if (finger === undefined) return;
    const [x, y] = placeOf(event);
    if (fingers.size === 2) {
      isMoving = true;
      const [other] = [...fingers.values()].filter((each) => each !== finger);
      if (other !== undefined) {
        const before = Math.hypot(finger.x - other.x, finger.y - other.y);
        const now = Math.hypot(x - other.x, y - other.y);
        if (before > 0) gestures.pinch(now / before, (x + other.x) / 2, (y + other.y) / 2);
      }
    } else if (isMoving || Math.hypot(x - finger.startX, y - finger.startY) > STILL) {
      isMoving = true;
      gestures.drag(x - finger.x, y - finger.y);
    }
    finger.x = x;
    finger.y = y;
  });

  on.addEventListener('pointerup', (event) => {
    const finger = fingers.get(event.pointerId);
    lifted(event.pointerId);
    if (finger === undefined || isMoving) return;
    const { x, y } = finger;
    if (gestures.tap(x, y, event.pointerType !== 'mouse')) return;
    const isDouble = event.timeStamp - lastTap.ms < DOUBLE_TAP_MS && Math.hypot(x - lastTap.x, y - lastTap.y) < 24;
    lastTap = { ms: isDouble ? Number.NEGATIVE_INFINITY : event.timeStamp, x, y };
    if (isDouble) gestures.reset();
  });

  // The browser took the finger over, to scroll the page.
  on.addEventListener('pointercancel', (event) => lifted(event.pointerId));

  on.addEventListener(
    'wheel',
    (event) => {
      // Without Ctrl the wheel belongs to the page. A pinch on a touch pad comes as a wheel with Ctrl.
      if (!event.ctrlKey) return;
      event.preventDefault();
      const [x, y] = placeOf(event);
      gestures.pinch(Math.exp(-event.deltaY / 300), x, y);
      clearTimeout(wheel);
      wheel = setTimeout(() => gestures.rest(), WHEEL_RESTS_MS) as unknown as number;
    },
    { passive: false },
  );
}
