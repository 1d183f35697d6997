"""Stand-ins for functions that only the user can write; they raise the toolkit's errors."""


def no_model_fn(model_dir: str) -> object:
    """Raise NotImplementedError in the toolkit's wording."""
    raise NotImplementedError(
        "\nPlease provide a model_fn implementation.\n"
        "See documentation for model_fn at https://sagemaker.readthedocs.io/en/stable/\n"
    )


def no_predict_fn(data: object, model: object) -> object:
    """Raise NotImplementedError in the toolkit's wording."""
    raise NotImplementedError(
        "\nPlease provide a predict_fn implementation.\n"
        "See documentation for predict_fn at https://sagemaker.readthedocs.io/en/stable/\n"
    )


def no_pipeline(model_dir: str) -> object:
    """Raise NotImplementedError: Hugging Face's image would make a pipeline of the model."""
    raise NotImplementedError(
        "Please provide a model_fn implementation: the local SageMaker does not create pipelines of transformers."
    )
