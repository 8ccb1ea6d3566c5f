"""Web: HTTP on the outside, the corridor and the store on the inside.

The model routes are plain ASGI that takes and gives bytes, so that a faster server can serve the same handlers;
everything else is Starlette. No decision about models or money is made here.
"""
