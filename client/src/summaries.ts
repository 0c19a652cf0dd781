import { type TidegateError, unreachable } from "./errors.js";
import type { Fetch } from "./http.js";
import type { BranchSummary, ChangesPage, ProjectSummary, Summaries } from "./protocol.js";

/** How long the bulk call is left alone after it failed, in milliseconds. */
const REST_MS = 30_000;
/** Requests at a time, project by project. */
const AT_ONCE = 6;

/** By which way summaries were loaded last. */
export interface SummaryWay {
  readonly way: "bulk" | "per-project";
  /** Why not by the bulk call, unless it is switched off. */
  readonly reason?: TidegateError;
}

/** The answer of the bulk call, as far as it is used. */
interface BulkAnswer extends Summaries {
  readonly metadata: { readonly epoch: string; readonly sequence: number };
}

/** A page of a list. */
interface Page {
  readonly items: readonly { readonly id: string }[];
  readonly next_cursor?: string | null;
}

/** Summaries, and the position they are true at where the service says it. */
export interface LoadedSummaries extends Summaries {
  readonly epoch?: string;
  readonly sequence?: number;
}

/** What to load. */
export interface SummaryRequest {
  /** By default all that the user may see. */
  readonly projectIds?: readonly string[] | undefined;
  readonly includeArchived?: boolean;
}

/**
 * Loads summaries by one call for all projects; when that fails or is switched off, project by project. After a
 * failure the bulk call rests, then is tried again.
 */
export class SummaryLoader {
  #restsUntil = 0;

  constructor(
    readonly fetch: Fetch,
    readonly isBulkOn: boolean,
    readonly wayChanged: (way: SummaryWay) => void,
  ) {}

  async load(request: SummaryRequest = {}): Promise<LoadedSummaries> {
    if (this.isBulkOn && Date.now() >= this.#restsUntil) {
      try {
        const loaded = await this.#bulk(request);
        this.wayChanged({ way: "bulk" });
        return loaded;
      } catch (error) {
        const reason = unreachable(error);
        this.#restsUntil = Date.now() + (reason.retryAfterMs ?? REST_MS);
        this.wayChanged({ way: "per-project", reason });
      }
    }
    return this.#oneByOne(request);
  }

  async #bulk({ projectIds, includeArchived = false }: SummaryRequest): Promise<LoadedSummaries> {
    const body = { project_ids: projectIds, include_archived: includeArchived };
    const { summaries, projects, metadata } = await this.fetch<BulkAnswer>("/branches/summaries/bulk", {
      method: "POST",
      body,
    });
    return { summaries, projects, epoch: metadata.epoch, sequence: metadata.sequence };
  }

  async #oneByOne({ projectIds, includeArchived }: SummaryRequest): Promise<LoadedSummaries> {
    // Where they are at least true at: asked for before they are read.
    const head = await this.fetch<ChangesPage>("/changes?wait=0").catch(() => null);
    const ids = projectIds ?? (await this.#list("/projects")).map(({ id }) => id);
    const wanted = ({ archived }: { archived: boolean }): boolean => includeArchived === true || !archived;
    const projects: Record<string, ProjectSummary> = {};
    const summaries: Record<string, BranchSummary> = {};
    await inParallel(ids, async (id) => {
      const project: ProjectSummary = await this.fetch(`/projects/${id}/summary`);
      if (!wanted(project)) return;
      projects[id] = project;
      for (const branch of await this.#list(`/projects/${id}/branches`)) {
        const summary: BranchSummary = await this.fetch(`/branches/${branch.id}/summary`);
        if (wanted(summary)) summaries[branch.id] = summary;
      }
    });
    return { summaries, projects, ...(head && { epoch: head.epoch, sequence: head.position }) };
  }

  /** All pages of a list. */
  async #list(path: string): Promise<{ id: string }[]> {
    const all: { id: string }[] = [];
    for (let cursor: string | null | undefined = ""; typeof cursor === "string"; ) {
      const query: string = cursor && `?cursor=${encodeURIComponent(cursor)}`;
      const page = await this.fetch<Page>(path + query);
      all.push(...page.items);
      cursor = page.next_cursor || null;
    }
    return all;
  }
}

async function inParallel<T>(items: readonly T[], job: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (const item of queue) await job(item);
    }),
  );
}
