"""Ratings of films: who gave how many stars to which film."""
import numpy as np


def load_ratings(n_users=40, n_movies=120, count=600, seed=3):
    rng = np.random.default_rng(seed)
    user_ids = rng.choice(np.arange(1, 3 * n_users), n_users, replace=False)
    movie_ids = rng.choice(np.arange(1, 9 * n_movies), n_movies, replace=False)
    taste, kind = rng.normal(size=(n_users, 3)), rng.normal(size=(n_movies, 3))
    u, m = rng.integers(0, n_users, count), rng.integers(0, n_movies, count)
    stars = np.clip(np.round(3 + (taste[u] * kind[m]).sum(1)), 1, 5)
    return np.stack([user_ids[u], movie_ids[m], stars], axis=1).astype(np.int64)


def create_dataset(ratings):
    """Numbers without gaps. The columns of X are the user and the film."""
    users, user_index = np.unique(ratings[:, 0], return_inverse=True)
    movies, movie_index = np.unique(ratings[:, 1], return_inverse=True)
    x = np.stack([user_index.reshape(-1), movie_index.reshape(-1)], axis=1)
    return (len(users), len(movies)), x, ratings[:, 2].astype(np.float32)
