"""A refusal in AWS's words."""

from moto.core.exceptions import ServiceException


class Refused(ServiceException):
    """An error by its code; moto adds the HTTP status that the service's model gives it.

    A class of its own, as moto looks for a service named after the module of the class.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
