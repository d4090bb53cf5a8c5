"""A shelf of movies. Each line of its access log carries the trace id that nginx hands over."""

from fastapi import FastAPI, HTTPException, Request

MOVIES = [
    {"id": 1, "title": "Metropolis", "year": 1927},
    {"id": 2, "title": "Tokyo Story", "year": 1953},
    {"id": 3, "title": "Stalker", "year": 1979},
]

app = FastAPI()


@app.middleware("http")
async def access_log(request: Request, call_next):
    response = await call_next(request)
    trace = request.headers.get("X-Trace-Id", "-")
    print(f"{request.method} {request.url.path} {response.status_code} trace={trace}")
    return response


@app.get("/movies")
def list_movies():
    return MOVIES


@app.get("/movies/{id}")
def get_movie(id: int):
    for movie in MOVIES:
        if movie["id"] == id:
            return movie
    raise HTTPException(404, f"no movie {id}")


@app.get("/health")
def health():
    return {"status": "ok"}
