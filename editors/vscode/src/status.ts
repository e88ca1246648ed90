/** What the status bar says. Knows nothing of the editor. */

/** States of the notification `autofix/status`, as docs/lsp.md lists them, and `stopped`, which only the client can know. */
export const STATES = ["starting", "running", "idle", "faults", "untrusted", "failed", "stopped"] as const;
export type State = (typeof STATES)[number];

export interface Status {
  readonly state: State;
  readonly message: string;
}

export interface Appearance {
  readonly text: string;
  readonly tooltip: string;
  readonly emphasis: "none" | "warning" | "error";
}

const ICONS: Record<State, string> = {
  starting: "loading~spin",
  running: "sync~spin",
  idle: "check",
  faults: "warning",
  untrusted: "shield",
  failed: "error",
  stopped: "circle-slash",
};

/** Said where the server says nothing more. */
const TITLES: Record<State, string> = {
  starting: "autofix is starting",
  running: "autofix is running the model",
  idle: "autofix",
  faults: "autofix found a fault",
  untrusted: "autofix: the workspace is not trusted, so nothing is run",
  failed: "autofix could not do its work",
  stopped: "autofix is stopped",
};

export function appearance({ state, message }: Status): Appearance {
  return {
    text: `$(${ICONS[state]}) autofix`,
    tooltip: message === "" ? TITLES[state] : `autofix: ${message}`,
    emphasis: state === "failed" ? "error" : state === "faults" ? "warning" : "none",
  };
}

/** The notification's parameters if they have the shape that is documented, else undefined. */
export function readStatus(parameters: unknown): { status: Status; uri: string | undefined } | undefined {
  if (typeof parameters !== "object" || parameters === null) {
    return undefined;
  }
  const { state, message, uri } = parameters as Record<string, unknown>;
  const known = STATES.find((one) => one === state);
  if (known === undefined) {
    return undefined;
  }
  return {
    status: { state: known, message: typeof message === "string" ? message : "" },
    uri: typeof uri === "string" ? uri : undefined,
  };
}

/** The statuses that came in: each file has its own, and what is said of none holds for all. */
export class StatusBoard {
  private general: Status = { state: "stopped", message: "" };
  private readonly files = new Map<string, Status>();

  record(status: Status, uri?: string): void {
    if (uri === undefined) {
      this.general = status;
      this.files.clear();
    } else {
      this.files.set(uri, status);
    }
  }

  forget(uri: string): void {
    this.files.delete(uri);
  }

  of(uri: string | undefined): Status {
    return (uri === undefined ? undefined : this.files.get(uri)) ?? this.general;
  }
}
