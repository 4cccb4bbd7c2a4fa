/** A problem that the API answered. */
export class ApiAnswerError extends Error {
  readonly status: number;

  constructor(status: number, path: string, body: string) {
    super(`${path} answered ${status}: ${body.slice(0, 500)}`);
    this.status = status;
  }
}

/** A person's browser, as far as the demo's script needs one: signs in, asks, keeps the session cookie. */
export class ApiClient {
  readonly #url: string;
  #cookie = "";

  constructor(url: string) {
    this.#url = url.replace(/\/$/, "");
  }

  async signIn(login: string, password: string): Promise<void> {
    const answer = await this.#fetch("POST", "/api/session", { login, password });
    this.#cookie = answer.headers
      .getSetCookie()
      .map((cookie) => cookie.split(";")[0])
      .join("; ");
  }

  async get<Body>(path: string): Promise<Body> {
    return (await (await this.#fetch("GET", path)).json()) as Body;
  }

  async post<Body>(path: string, body: object): Promise<Body> {
    return (await (await this.#fetch("POST", path, body)).json()) as Body;
  }

  async text(path: string): Promise<string> {
    return await (await this.#fetch("GET", path)).text();
  }

  async #fetch(method: string, path: string, body?: object): Promise<Response> {
    const answer = await fetch(`${this.#url}${path}`, {
      method,
      headers: {
        origin: this.#url,
        cookie: this.#cookie,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new ApiAnswerError(answer.status, `${method} ${path}`, await answer.text());
    return answer;
  }
}
